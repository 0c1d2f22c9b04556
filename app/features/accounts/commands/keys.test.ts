/** The commands for signing keys, as the runbook prints them, beside a service that runs. */
import assert from 'node:assert/strict';
import { exec } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { eventually, rows } from '../../../../test/conditions.ts';
import { type ServiceProcess, startServiceProcess } from '../../../../test/process.ts';
import {
  assertProblem,
  createSignedInUser,
  ENVIRONMENT,
  request,
  signIn,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { plinth: string } };
const runbook = readFileSync('docs/runbooks/signing-key-rotation-overdue.md', 'utf8');
/** Blocks of a language in the part about a key that has leaked, in their order. */
const printed = (language: string) =>
  [
    ...runbook.split('### A key has leaked')[1]!.matchAll(new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\``, 'gms')),
  ].map(([, block]) => block!.trim());
const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid as string;

describe('the runbook for a leaked signing key', { timeout: 100_000 }, () => {
  let test: TestService;
  let other: ServiceProcess;
  before(async () => {
    test = await startTestService({ schedules: false });
    other = await startServiceProcess(test.service.config.databaseUrl);
  });
  after(async () => {
    await other?.stop();
    await test.close();
  });

  /** Runs a printed command, but for `npm run`, which would install what is missing first. */
  const run = async (printedCommand: string): Promise<string> => {
    const command = printedCommand.replace(/^npm run plinth --/, scripts.plinth);
    assert.notEqual(command, printedCommand);
    const env = { ...process.env, ...ENVIRONMENT, DATABASE_URL: test.service.config.databaseUrl };
    return (await promisify(exec)(command, { env })).stdout;
  };
  const refusedBy = (on: { url: string }, token: string) =>
    eventually('the token is refused', async () => {
      const answer = await request(`${on.url}/v1/users/me`, { token });
      return answer.status === 401 && answer.body.code === 'unauthenticated';
    });

  it('throws the thief out of every process, as printed, and the users with them only where their sessions leaked too', async () => {
    const [list, revoke] = printed('bash');
    const [endAll, trail] = printed('sql');
    const user = await createSignedInUser(test);
    const stolen = kidOf(user.accessToken);
    for (const on of [test, other])
      assert.equal((await request(`${on.url}/v1/users/me`, { token: user.accessToken })).status, 200);

    const shown = await run(list!);
    assert.match(shown, new RegExp(`^${stolen} +signs `, 'm'));
    const said = await run(revoke!.replace('<kid>', stolen));
    const signing = /Key (\S+) signs\./.exec(said)?.[1];
    assert.ok(signing && signing !== stolen, said);
    for (const on of [test, other]) await refusedBy(on, user.accessToken);

    const refresh = (refreshToken: string) => request(`${other.url}/v1/sessions/refresh`, { body: { refreshToken } });
    const { body: refreshed } = await refresh(user.refreshToken);
    assert.equal(kidOf(refreshed.accessToken), signing);
    assert.equal((await test.request('/v1/users/me', { token: refreshed.accessToken })).status, 200);

    assert.deepEqual(await rows(test, trail!), []);
    await rows(test, endAll!);
    await run(revoke!.replace('<kid>', signing));
    for (const on of [test, other]) await refusedBy(on, refreshed.accessToken);
    assertProblem(await refresh(refreshed.refreshToken), 401, 'session_revoked');
    const { accessToken } = await signIn(test, user.email);
    await eventually(
      'a new sign-in is good everywhere',
      async () => (await request(`${other.url}/v1/users/me`, { token: accessToken })).status === 200,
    );
  });

  it('says so when there is no such key', async () => {
    const failed = await run(printed('bash')[1]!.replace('<kid>', 'nobody')).catch((error) => error);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /There is no signing key nobody\. See: node app\/cli\.ts keys list/);
  });
});
