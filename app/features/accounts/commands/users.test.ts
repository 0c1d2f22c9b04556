/** The commands for users, as an operator types them, beside a service that runs. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { auditTrail } from '../../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  ENVIRONMENT,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { addTotp, challenged } from '../testing/authenticator-app.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { plinth: string } };

describe('plinth users reset-factors', { timeout: 100_000 }, () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  /** Runs the command, but without `npm run`, which would install what is missing first. */
  const reset = async (who: string): Promise<string> => {
    const [program, ...start] = scripts.plinth.split(' ');
    const env = { ...process.env, ...ENVIRONMENT, DATABASE_URL: test.service.config.databaseUrl };
    return (await promisify(execFile)(program!, [...start, 'users', 'reset-factors', who], { env })).stdout;
  };

  it('lets a person in who has lost the phone, ends all sessions everywhere, and tells the person and the trail', async () => {
    const user = await createSignedInUser(test);
    const { accessToken: token, email, password } = user;
    await addTotp(test, user);
    await challenged(test, user);
    assert.match(await reset(email), new RegExp(`^${email} has no second factors any more`));
    assertProblem(await test.request('/v1/users/me', { token }), 401, 'session_revoked');
    await test.mail(email, /second factors were reset/);
    const { action, actorType } = (await auditTrail(test, user.id)).at(-1)!;
    assert.deepEqual([action, actorType], ['factors.reset', 'operator']);
    assert.equal((await test.request('/v1/sessions', { body: { email, password } })).status, 201);
    assert.equal(await reset(user.id), `${email} had no second factors.\n`);
  });

  it('fails for somebody whom nobody knows', async () => {
    const failed = await reset('nobody@example.com').catch((error) => error);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /nobody@example\.com/);
  });
});
