/**
 * `npm run emails:compile` (`--write`, the default): renders the emails that features declare ahead of time, so that production needs no React.
 * `--check` writes nothing and exits 1 if the committed files are stale, missing or surplus.
 * `--preview` renders them with sample data, as pages to open in a browser.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import '../app/declarations.ts';
import { allEmails } from '../app/features/email/declaration.ts';
import { locales } from '../app/features/email/fields.ts';
import { fieldsOf, fill, templateValues } from '../app/features/email/values.ts';
import { brand } from '../app/product/brand.ts';
import type { Compiled, Source } from '../emails/render.tsx';

const root = join(import.meta.dirname, '..');
const compiledDir = join(root, 'app/features/email/compiled');
const previewDir = join(root, 'artifacts/emails');

/** The texts of every feature in one language. */
interface Texts {
  phrases: Record<string, string>;
  emails: Record<string, Record<string, string>>;
}
type Texted = Map<string, Texts>;

const { values: options } = parseArgs({
  options: { write: { type: 'boolean' }, check: { type: 'boolean' }, preview: { type: 'boolean' } },
});

const texts: Texted = new Map(
  await Promise.all(locales.map(async (locale) => [locale, await textsOf(locale)] as const)),
);
const emails = await renderAll();
if (!emails) process.exitCode = 1;
else if (options.preview) writePreviews(emails);
else writeCompiled(emails, options.check ?? false);

/** Reads `emails/<locale>.ts` of every feature that has emails. */
async function textsOf(locale: string): Promise<Texts> {
  const merged: Texts = { phrases: {}, emails: {} };
  for (const folder of globSync('app/{features,product}/*/emails', { cwd: root })) {
    const file = join(root, folder, `${locale}.ts`);
    if (!existsSync(file)) throw new Error(`${folder}/${locale}.ts is missing: it has the texts for "${locale}"`);
    const { [locale]: own } = (await import(pathToFileURL(file).href)) as Record<string, Texts>;
    if (!own) throw new Error(`${folder}/${locale}.ts has no export "${locale}"`);
    Object.assign(merged.phrases, own.phrases);
    Object.assign(merged.emails, own.emails);
  }
  return merged;
}

/**
 * Runs `emails/render.tsx`. Node strips types but does not support JSX, so tsc emits it first. The output is where its
 * imports of React resolve.
 * @returns undefined if tsc reports errors
 */
async function renderAll(): Promise<Map<string, Compiled> | undefined> {
  const cache = join(root, 'emails/node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, 'emails-'));
  try {
    const tsc = join(root, 'tools/checks/node_modules/typescript/bin/tsc');
    const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'emails'), '--outDir', outDir], {
      stdio: 'inherit',
    });
    if (status !== 0) return undefined;
    writeFileSync(join(outDir, 'package.json'), '{ "type": "module" }');
    const { renderEmail } = (await import(pathToFileURL(join(outDir, 'emails/render.js')).href)) as {
      renderEmail(source: Source): Promise<Compiled>;
    };
    const rendered = new Map<string, Compiled>();
    for (const [locale, { phrases, emails: written }] of texts) {
      for (const [template, { parts }] of allEmails()) {
        const name = `${template}.${locale}`;
        const fields = Object.keys(fieldsOf(template));
        rendered.set(name, await renderEmail({ name, locale, fields, parts, texts: written[template] ?? {}, phrases }));
      }
    }
    return rendered;
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

function writeCompiled(rendered: Map<string, Compiled>, check: boolean): void {
  const fresh = new Map([...rendered].map(([name, email]) => [`${name}.json`, json(email)]));
  for (const [locale, { phrases }] of texts) fresh.set(`phrases.${locale}.json`, json(phrases));
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

function writePreviews(rendered: Map<string, Compiled>): void {
  rmSync(previewDir, { recursive: true, force: true });
  mkdirSync(previewDir, { recursive: true });
  const rows: string[] = [];
  for (const [locale, { phrases }] of texts) {
    for (const [template, { sample, bulk }] of allEmails()) {
      const name = `${template}.${locale}`;
      const { subject, html, text } = rendered.get(name)!;
      const unsubscribe = bulk && { unsubscribeUrl: 'https://app.example.com/unsubscribe?token=sample' };
      const phrase = (key: string) => phrases[key];
      const values = templateValues(template, { ...sample, ...unsubscribe }, locale as 'en', phrase, brand.name);
      writeFileSync(join(previewDir, `${name}.html`), fill(html, values));
      writeFileSync(join(previewDir, `${name}.txt`), `${fill(subject, values)}\n\n${fill(text, values)}\n`);
      rows.push(
        `<li><a href="${name}.html">${name}</a>, <a href="${name}.txt">text</a>: ${fill(subject, values)}</li>`,
      );
    }
  }
  writeFileSync(join(previewDir, 'index.html'), `<!doctype html><meta charset="utf-8"><ul>${rows.join('\n')}</ul>\n`);
  console.log(`open ${pathToFileURL(join(previewDir, 'index.html')).href}`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function read(file: string): string {
  return readFileSync(join(compiledDir, file), 'utf8');
}
