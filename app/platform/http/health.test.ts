import assert from 'node:assert/strict';
import { it } from 'node:test';
import { administer } from '../../../test/database.ts';
import { startTestService } from '../../../test/service.ts';

it('a process whose database refuses changes is not ready, and says so; it is ready again when they are taken', async (t) => {
  const test = await startTestService({ jobs: false });
  t.after(() => test.close());
  const { databaseUrl } = test.service.config;
  const name = new URL(databaseUrl).pathname.slice(1);
  const elsewhere = new URL('/postgres', databaseUrl).href;
  const becomes = async (readOnly: 'on' | 'off') => {
    await administer(elsewhere, `alter database "${name}" set default_transaction_read_only = ${readOnly}`);
    await administer(
      elsewhere,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
    );
    // The connections that were lost may not have been noticed yet.
    await test.request('/readyz');
    return test.request('/readyz');
  };
  const refused = await becomes('on');
  assert.equal(refused.status, 503);
  assert.match(refused.body.checks.database, /^read-only/);
  assert.equal((await becomes('off')).status, 200);
});
