/**
 * `npm run seed`: logins for the service that runs in development: an owner and a member of an organization on a paid plan, and an operator. Each feature makes its part over the API
 * (`tools/seed.ts`), and leaves what it finds as it is. Prints the addresses and the password; a second run prints the same. Refuses outside of development,
 * because everybody knows the password.
 */
import { isLocal } from '../app/platform/http/loopback.ts';
import { beginSeeding, type SeedTool } from './demo/seeding.ts';
import { createStage, type Stage, Surprise } from './demo/stage.ts';
import { mailboxUrls, readScriptEnvironment } from './environment.ts';
import { loadTools } from './source/tools.ts';

const env = readScriptEnvironment();
const stage = createStage({
  apiUrl: env.API_URL ?? `http://localhost:${env.PORT ?? 5_000}`,
  mailboxUrls: mailboxUrls(env),
  write: () => {},
});

try {
  await requireDevelopment(stage);
  const seeding = beginSeeding(stage, env);
  const tools = await loadTools<SeedTool>('seed.ts');
  for (const { seed } of tools) await seed(seeding);
  for (const { finish } of tools) await finish?.(seeding);
  const { owner, member, notes } = seeding;
  const lines = [owner, member].map(({ email, name, is }) => `  ${email.padEnd(22)}${[name, ...is].join(', ')}\n`);
  process.stdout.write(
    `\nLogins at ${stage.apiUrl}, each with the password "${owner.password}":\n\n${lines.join('')}\n${notes.map((note) => `${note}\n`).join('')}`,
  );
} catch (error) {
  if (!(error instanceof Surprise)) throw error;
  process.stderr.write(`\n  ${error.message}\n\n`);
  process.exitCode = 1;
}

/** Asks the service too: a production may answer at this address, with settings of its own. @throws Surprise */
async function requireDevelopment({ apiUrl, expect, ready }: Stage): Promise<void> {
  const environment = env.APP_ENV ?? 'development';
  expect(environment === 'development', `Logins are seeded in development only, and APP_ENV is ${environment}.`);
  const isHere = isLocal({ host: new URL(apiUrl).host });
  expect(isHere, `Logins are seeded on this machine only, and API_URL is ${apiUrl}.`);
  const page = await fetch(`${apiUrl}/dev/assets/pages.js`).catch(() => undefined);
  expect(
    page === undefined || page.ok,
    `Logins are seeded in development only, and the service at ${apiUrl} has no pages of development.`,
  );
  await ready();
}
