/**
 * `npm run emails:compile`: renders the templates in `emails/` ahead of time, so that production needs no React.
 * `--check` writes nothing and exits 1 if the committed files are stale, missing or surplus.
 * `--preview` fills them with sample data, as pages to open in a browser.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const compiledDir = join(root, 'app/features/email/compiled');
const previewDir = join(root, 'artifacts/emails');

const { values: options } = parseArgs({
  options: { check: { type: 'boolean' }, preview: { type: 'boolean' } },
});

if (options.preview) await writePreviews();
else await compile(options.check ?? false);

async function compile(check: boolean): Promise<void> {
  const fresh = await renderSources();
  if (fresh === null) {
    process.exitCode = 1;
    return;
  }
  const present = existsSync(compiledDir) ? readdirSync(compiledDir) : [];
  const surplus = present.filter((file) => !fresh.has(file));
  const stale = [...fresh].filter(([file, content]) => !present.includes(file) || read(file) !== content);
  if (check) {
    for (const file of surplus) console.error(`surplus: app/features/email/compiled/${file}`);
    for (const [file] of stale) {
      console.error(`${present.includes(file) ? 'stale' : 'missing'}: app/features/email/compiled/${file}`);
    }
    if (surplus.length + stale.length > 0) {
      console.error('Run `npm run emails:compile` and commit the result.');
      process.exitCode = 1;
    }
    return;
  }
  mkdirSync(compiledDir, { recursive: true });
  for (const file of surplus) rmSync(join(compiledDir, file));
  for (const [file, content] of stale) writeFileSync(join(compiledDir, file), content);
  console.log(`${fresh.size} files, ${stale.length} written, ${surplus.length} removed: app/features/email/compiled`);
}

/**
 * Runs `emails/compile.ts`. Node strips types but does not support JSX, so tsc emits the sources first. A source with a type error (a locale
 * without a key, for example) therefore does not compile. The output is in node_modules, where its imports of React resolve.
 */
async function renderSources(): Promise<Map<string, string> | null> {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, 'emails-'));
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'emails'), '--outDir', outDir], {
      stdio: 'inherit',
    });
    if (status !== 0) return null;
    writeFileSync(join(outDir, 'package.json'), '{ "type": "module" }');
    const { compileEmails } = await import(pathToFileURL(join(outDir, 'emails/compile.js')).href);
    return await compileEmails();
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

async function writePreviews(): Promise<void> {
  const { renderTemplate } = await import('../app/features/email/templates.ts');
  const { templateNames } = await import('../app/features/email/template-catalog.ts');
  const { locales } = await import('../app/features/email/template-fields.ts');
  const { sampleData } = await import('../app/features/email/template-samples.ts');
  mkdirSync(previewDir, { recursive: true });
  for (const locale of locales) {
    for (const template of templateNames) {
      const { subject, html, text } = renderTemplate(template, locale, sampleData[template]);
      writeFileSync(join(previewDir, `${template}.${locale}.html`), html);
      writeFileSync(join(previewDir, `${template}.${locale}.txt`), `${subject}\n\n${text}\n`);
    }
  }
  console.log(`open ${pathToFileURL(previewDir).href}`);
}

function read(file: string): string {
  return readFileSync(join(compiledDir, file), 'utf8');
}
