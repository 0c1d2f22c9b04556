/**
 * `npm run migrations:describe`: writes a migration with the comments on tables and columns that are new or have changed. The doc comments
 * of the models are the one place where they are written. `--check` writes nothing, and fails if there are any.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';

const MODELS = ['app/features/*/schema.ts', 'app/platform/http/idempotency.ts', 'app/platform/security/rate-limits.ts'];
const TABLE =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const \w+ = pgTable\(\s*'(\w+)'([\s\S]*?)(?=\nexport |\n\/\*\*|$(?![\s\S]))/g;
const COLUMN = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*\w+: \w+\('(\w+)'/g;
const COMMENT = /^comment on (?:table|column) (\S+) is '((?:[^']|'')*)'/gim;

const plain = (comment: string) =>
  comment
    .replace(/\s*\n\s*\*?\s*/g, ' ')
    .trim()
    .replace(/^\*\s*/, '');

/** Table, or table and column -> comment, as the models say. */
const wanted = new Map<string, string>();
for (const file of globSync(MODELS).sort()) {
  for (const [, about, table, body] of readFileSync(file, 'utf8').matchAll(TABLE)) {
    wanted.set(`"${table}"`, plain(about!));
    for (const [, text, column] of body!.matchAll(COLUMN)) wanted.set(`"${table}"."${column}"`, plain(text!));
  }
}

/** The same as the migrations say. */
const written = new Map<string, string>();
for (const file of globSync('migrations/*.sql').sort())
  for (const [, object, text] of readFileSync(file, 'utf8').matchAll(COMMENT))
    written.set(object!, text!.replaceAll("''", "'"));

const changed = [...wanted].filter(([object, text]) => written.get(object) !== text);
const statements = changed.map(([object, text]) => {
  const kind = object.includes('.') ? 'column' : 'table';
  return `comment on ${kind} ${object} is '${text.replaceAll("'", "''")}';`;
});

if (process.argv.includes('--check')) {
  for (const [object] of changed) process.stderr.write(`${object}: the comment of the model is in no migration\n`);
  if (changed.length > 0) process.stderr.write('Run npm run migrations:describe.\n');
  process.exitCode = changed.length === 0 ? 0 : 1;
} else if (changed.length > 0) {
  spawnSync('node_modules/.bin/drizzle-kit', ['generate', '--custom', '--name', 'describe_tables'], {
    stdio: 'inherit',
  });
  const file = globSync('migrations/*.sql').sort().at(-1)!;
  const why =
    '-- What tables and columns mean, for people who read the database. Made from the models by `npm run migrations:describe`.';
  writeFileSync(file, `${why}\n${statements.join('--> statement-breakpoint\n')}\n`);
}
