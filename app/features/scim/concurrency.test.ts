import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import { type ServiceProcess, startServiceProcess } from '../../../test/process.ts';
import { request } from '../../../test/service.ts';
import { createDirectory, type Directory, type ScimService, scimCall, startScimService } from './testing/scene.ts';

const PARALLEL = 50;

describe('two processes', () => {
  let service: ScimService;
  let directory: Directory;
  let second: ServiceProcess;
  before(async () => {
    service = await startScimService();
    second = await startServiceProcess(service.test.service.config.databaseUrl);
    directory = await createDirectory(service);
  });
  after(async () => {
    await second.stop();
    await service.test.close();
  });

  const at = (nth: number) =>
    nth % 2 === 0 ? service.test : { request: (path: string, call?: object) => request(`${second.url}${path}`, call) };

  it('make one user of 50 creates of one userName, and answer the others with 409', async () => {
    const body = { userName: 'Same@Elsewhere.example', active: true };
    const answers = await Promise.all(
      Array.from({ length: PARALLEL }, async (_, nth) => {
        // On a machine that is busy, some wait too long for a connection. Directories try these again.
        for (;;) {
          const answer = await scimCall(at(nth), directory.token.secret, '/Users', { body });
          if (answer.status !== 503) return answer;
        }
      }),
    );
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 201).length, 1, statuses.join());
    assert.equal(statuses.filter((status) => status === 409).length, PARALLEL - 1, statuses.join());
    assert.ok(answers.every(({ status, body: answer }) => status === 201 || answer.scimType === 'uniqueness'));
    assert.equal(
      (await rows(service.test, 'select 1 from scim_users where organization_id = $1', directory.id)).length,
      1,
    );
    assert.equal(
      (await rows(service.test, 'select 1 from invitations where organization_id = $1', directory.id)).length,
      1,
    );
  });

  it('refuse a token in one once the other has deleted it', async () => {
    const other = await createDirectory(service);
    assert.equal((await scimCall(at(1), other.token.secret, '/Users')).status, 200);
    assert.equal((await other.as(other.owner, `/scim-tokens/${other.token.id}`, { method: 'DELETE' })).status, 204);
    const deadline = performance.now() + 5_000;
    while ((await scimCall(at(1), other.token.secret, '/Users')).status !== 401)
      assert.ok(performance.now() < deadline);
  });
});
