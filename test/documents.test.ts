/** Checks that files, tests and scripts that the documents name exist. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { isOfAbsentFeature } from '../scripts/source/order.ts';

const documents = globSync(['*.md', 'docs/**/*.md', 'app/product/docs/**/*.md', 'terraform/*.md', 'packages/*/*.md'], {
  exclude: (path) => path.includes('node_modules'),
});
const testFiles = new Set(
  execFileSync('git', ['ls-files', '*.test.ts', '*.heavy.ts'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((path) => basename(path)),
);
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;

describe('documents', () => {
  it('link to files that exist', () => {
    assert.ok(documents.length > 20);
    for (const path of documents)
      for (const [, target] of readFileSync(path, 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g))
        if (!/^\w+:|^\//.test(target!)) assert.ok(existsSync(join(dirname(path), target!)), `${path}: ${target}`);
  });

  it('name tests and npm scripts that exist', () => {
    for (const path of documents) {
      const text = readFileSync(path, 'utf8');
      // Text that names a test of a feature by its path stays true for a product that has the feature.
      for (const [, folder, name] of text.matchAll(/`([\w/-]+\/)?([\w.-]+\.(?:test|heavy)\.ts)`/g))
        if (!isOfAbsentFeature(folder ?? '')) assert.ok(testFiles.has(name!), `${path}: ${name}`);
      for (const [, name] of text.matchAll(/npm run (?:-s )?([\w:-]+)/g))
        assert.ok(name! in scripts, `${path}: npm run ${name}`);
    }
  });

  it('name the variables of the environment for Postman and Bruno, which leads to the service as it is started', () => {
    const { values } = JSON.parse(readFileSync('docs/postman-environment.json', 'utf8')) as {
      values: { key: string; value: string }[];
    };
    const page = readFileSync('docs/clients.md', 'utf8');
    const url = new URL(values.find(({ key }) => key === 'baseUrl')!.value);
    assert.ok(page.includes(`${url.origin}/openapi.json`) && readFileSync('README.md', 'utf8').includes(url.origin));
    for (const { key } of values) if (key !== 'baseUrl') assert.ok(page.includes(`\`${key}\``), key);
  });

  // `npm start` accepts an older Node.js than the sources need. The commands of deployments, `node app/…`, run in the image.
  it('print commands of this repository that run with any Node.js: by npm, or with the one that it installed', () => {
    const sources = globSync([
      'scripts/**/*.ts',
      'monitoring/prometheus/**/*.yml',
      'docker-compose*.yml',
      '.env.example',
    ]);
    assert.ok(sources.length > 20);
    for (const path of [...documents, ...sources]) {
      const [command] =
        /(?<!bin\/)\bnode (?:\$\{script\}|(?:scripts|bench|dev|app\/features)\/[\w/-]+\.ts)/.exec(
          readFileSync(path, 'utf8'),
        ) ?? [];
      assert.equal(command, undefined, path);
    }
  });
});
