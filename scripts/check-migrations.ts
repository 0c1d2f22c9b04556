/** Fails if the models contain something that no migration creates, or if a migration does not say why it exists. */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const faults: string[] = [];

for (const file of globSync('migrations/*.sql')) {
  if (!readFileSync(file, 'utf8').startsWith('-- '))
    faults.push(`${file} must begin with a comment: a sentence that says why it exists`);
}

// Generates into a copy of the migrations, so that the real ones are not changed. drizzle-kit needs a relative path.
const copy = mkdtempSync(join('node_modules', '.migrations-'));
try {
  cpSync('migrations', copy, { recursive: true });
  const before = globSync(`${copy}/*.sql`).length;
  const config = join(copy, 'drizzle.config.ts');
  writeFileSync(config, readFileSync('drizzle.config.ts', 'utf8').replace("'./migrations'", `'./${copy}'`));
  const args = ['generate', '--config', config];
  const { status, stdout, stderr } = spawnSync('node_modules/.bin/drizzle-kit', args, { encoding: 'utf8', input: '' });
  if (status !== 0) faults.push(`drizzle-kit failed: ${stdout}${stderr}`);
  const added = globSync(`${copy}/*.sql`).sort().slice(before);
  for (const file of added) {
    faults.push(
      `the models are ahead of the migrations; run npm run migrations:generate. It would add:\n${readFileSync(file, 'utf8')}`,
    );
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}

const described = spawnSync(process.execPath, ['scripts/describe-tables.ts', '--check'], { encoding: 'utf8' });
if (described.status !== 0) faults.push(described.stderr.trim());

for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
