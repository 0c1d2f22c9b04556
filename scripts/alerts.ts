/**
 * Copies the rules of features, `tools/alerts.yml`, and their cases, `tools/alerts.test.yml`, to where Prometheus and promtool read them.
 * `--write` writes the copies and deletes those whose feature is gone, `--check` fails if one is stale.
 */
import { globSync, readFileSync } from 'node:fs';
import { type Generated, runGenerator } from './source/generated.ts';
import { toolFiles } from './source/tools.ts';

const FOLDER = 'monitoring/prometheus';
const MARK = '# Generated from ';

/** The copies, and the copies that exist. */
function alertFiles(): Generated {
  const files = new Map(
    toolFiles(/^alerts(\..+)?\.yml$/).map(({ feature, path }) => {
      const [, part = '', test] = /\/alerts(\.\w+?)??(\.test)?\.yml$/.exec(path)!;
      const text = `${MARK}${path}: npm run generate\n${readFileSync(path, 'utf8')}`;
      return [`${FOLDER}/${test ? 'tests' : 'rules'}/${feature}${part}.yml`, text];
    }),
  );
  const existing = globSync(`${FOLDER}/{rules,tests}/*.yml`).filter((path) =>
    readFileSync(path, 'utf8').startsWith(MARK),
  );
  return { files, existing };
}

await runGenerator(import.meta.url, alertFiles);
