/**
 * What backups cost: requests per second while a base backup runs and segments are archived, beside those while neither does; and how long a restore
 * takes, beside a plain client that reads the same bytes from the same store and decrypts them. Not part of `npm run test:compose` without a name:
 *
 *   BACKUP_COST_GB=10 npm run test:compose -- test/containers/backup-cost.heavy.ts
 */
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from '../service.ts';
import { type Installation, RELEASES } from './installation.ts';
import { startLoad } from './load.ts';
import { createInstallationWithStore, STORE } from './store.ts';

const GB = Number(process.env.BACKUP_COST_GB ?? 1);
const ROUNDS = Number(process.env.BACKUP_COST_ROUNDS ?? 5);
const ROUND_MS = 15_000;
const CLIENTS = 8;
/** The share of requests per second that a base backup with archiving may cost. */
const MAX_COST = 0.1;
/** A restore may take so many times as long as the plain client. */
const MAX_RATIO = 1.7;

describe('backups', { timeout: 3_600_000 }, () => {
  let site: Installation;
  let token: string;
  const machine = `${cpus()[0]!.model}, ${availableParallelism()} cores`;
  /** CPU seconds of the store so far. */
  const storeSeconds = async () =>
    Number(
      await site.works(
        'docker compose exec -T store sh -c \'cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null || sed -n "s/^usage_usec //p" /sys/fs/cgroup/cpu.stat\'',
      ),
    ) / (await isNanoseconds());
  const isNanoseconds = async () =>
    (await site.shell('docker compose exec -T store test -e /sys/fs/cgroup/cpuacct/cpuacct.usage')).status === 0
      ? 1e9
      : 1e6;

  before(async () => {
    site = await createInstallationWithStore('plinth-test-cost', { env: STORE });
    await site.works(`docker compose up -d --wait db proxy && ./plinth release ${RELEASES.first}`);
    const body = { email: 'cost@example.com', password: 'a long enough passphrase 42', name: 'Ada' };
    assert.equal((await request(`${site.url}/v1/users`, { body })).status, 202);
    await site.query('update users set email_verified_at = now()');
    token = (await request(`${site.url}/v1/sessions`, { body })).body.accessToken;
    assert.ok(token);
    // Text that hardly compresses, as hashes and identifiers do not.
    await site.works(
      `docker compose exec -T db psql -qc 'create table ballast (line text)' -c "copy ballast from program 'head -c $((${Math.round(GB * 1e9)} * 3 / 4)) /dev/urandom | base64 -w 1000'" -c checkpoint`,
    );
    await site.works('./plinth backup full');
  });
  after(() => site?.close());

  it(`cost at most ${MAX_COST * 100} % of the requests per second`, async (t) => {
    const load = startLoad({
      url: site.url,
      paths: ['/v1/users/me', '/v1/sessions', '/v1/plans'],
      clients: CLIENTS,
      pauseMs: 0,
      token,
    });
    t.after(() => load.stop());
    const measure = async () => {
      const [answered, store, at] = [load.answered, await storeSeconds(), performance.now()];
      await delay(ROUND_MS);
      const seconds = (performance.now() - at) / 1_000;
      const share = ((await storeSeconds()) - store) / (seconds * availableParallelism());
      // What the store took of the machine is not the cost of backups: it is elsewhere.
      return (load.answered - answered) / seconds / (1 - share);
    };
    let stopping = false;
    const busy = async () => {
      const backups = (async () => {
        while (!stopping) await site.works('./plinth backup full');
      })();
      const segments = (async () => {
        while (!stopping) {
          await site.works(
            `docker compose exec -T db psql -qc 'insert into ballast values (0)' -c 'select pg_switch_wal()'`,
          );
          await delay(2_000);
        }
      })();
      await delay(3_000);
      const found = await measure();
      stopping = true;
      await Promise.all([backups, segments]);
      stopping = false;
      return found;
    };
    await measure();
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [without, with_] = [await measure(), await busy()];
      ratios.push(with_ / without);
      t.diagnostic(`round ${round + 1}: ${without.toFixed(0)} requests per second without, ${with_.toFixed(0)} with`);
    }
    await load.stop();
    assert.deepEqual(load.failures, []);
    const median = ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
    t.diagnostic(`${machine}: ${((1 - median) * 100).toFixed(1)} % fewer requests per second while a base backup runs`);
    assert.ok(median >= 1 - MAX_COST, String(ratios));
  });

  it(`are restored in at most ${MAX_RATIO} times what a plain client takes for the same bytes`, async (t) => {
    await site.works('./plinth backup full && docker compose stop web web-2 worker db');
    await copyFile('test/containers/plain-client.ts', site.path('plain-client.ts'));
    const cold = () =>
      site.works(
        `docker compose exec -T store sh -c 'sync; find /store/bucket -type f -size +0 -exec dd if={} iflag=nocache count=0 status=none \\;'`,
      );
    const label = await site.works(
      `docker compose exec -T store sh -c 'ls /store/bucket/plinth/backup/plinth | grep F$ | tail -1'`,
    );
    await cold();
    const restoring = performance.now();
    await site.works('./plinth restore --to latest');
    const restore = (performance.now() - restoring) / 1_000;
    const network = 'plinth-test-cost_port-db';
    const variables = `-e ENDPOINT=https://store -e BUCKET=bucket -e KEY=${STORE.BACKUP_S3_KEY} -e SECRET=${STORE.BACKUP_S3_SECRET} -e REGION=${STORE.BACKUP_S3_REGION} -e PREFIX=plinth/backup/plinth/${label}/`;
    await cold();
    const output = await site.works(
      `docker run --rm --network ${network} -v plinth-test-cost_tls:/tls:ro -v ${site.path('plain-client.ts')}:/plain-client.ts:ro -e NODE_EXTRA_CA_CERTS=/tls/ca.pem ${variables} node:26.10.0-bookworm-slim node /plain-client.ts`,
    );
    const { bytes, seconds } = JSON.parse(output) as { bytes: number; seconds: number };
    t.diagnostic(
      `${machine}: ${(bytes / 1e9).toFixed(2)} GB of backup: restored in ${restore.toFixed(1)} s, read and decrypted in ${seconds.toFixed(1)} s: ${(restore / seconds).toFixed(2)} times`,
    );
    assert.ok(bytes > GB * 0.7e9, 'the client has read the backup');
    assert.ok(restore <= MAX_RATIO * seconds, `${restore} s, ${seconds} s`);
  });
});
