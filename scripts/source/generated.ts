/** Writes generated files, or checks that they are fresh. A generated file that nothing generates any more is deleted. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

export interface Generated {
  /** Path -> content. */
  files: ReadonlyMap<string, string>;
  /** Paths that exist and belong to the generator; those that it does not write are surplus. */
  existing: readonly string[];
  /** Paths that a person has to write. Neither mode writes them, and `--check` fails. */
  missing?: readonly string[];
}

/**
 * Runs `generate` if `moduleUrl` is the program: with `--write` it writes and deletes, with `--check` it exits with 1 and says what is stale.
 * @param moduleUrl `import.meta.url` of the generator
 */
export async function runGenerator(moduleUrl: string, generate: () => Generated | Promise<Generated>): Promise<void> {
  if (moduleUrl !== pathToFileURL(process.argv[1] ?? '').href) return;
  const [mode] = process.argv.slice(2);
  const script = `scripts/${moduleUrl.split('/').at(-1)}`;
  if (mode !== '--write' && mode !== '--check') {
    process.stderr.write(`Usage: node_modules/.bin/node ${script} --write | --check\n`);
    process.exitCode = 2;
    return;
  }
  const { files, existing, missing = [] } = await generate();
  const surplus = existing.filter((path) => !files.has(path));
  const stale = [...files].filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text);
  if (mode === '--write') {
    for (const [path, text] of stale) writeFileSync(path, text);
    for (const path of surplus) rmSync(path);
  } else if (stale.length + surplus.length + missing.length > 0) {
    for (const [path] of stale) process.stderr.write(`${path} is stale: npm run generate\n`);
    for (const path of surplus) process.stderr.write(`${path} belongs to nothing any more: npm run generate\n`);
    for (const path of missing) process.stderr.write(`${path} is missing: write it\n`);
    process.exitCode = 1;
  }
}
