/** monitoring/database-watch: what backups leave in files becomes metrics, and nothing else of the folder does. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { freePort } from '../../dev/free-port.ts';
import { exposition } from '../../monitoring/database-watch/main.ts';
import { eventually } from '../conditions.ts';
import { request } from '../service.ts';

it('tells of what has happened, of the room on the disk, and of nothing that it does not know', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-watch-'));
  t.after(() => rm(folder, { recursive: true }));
  assert.match(exposition(folder), /^# HELP filesystem_free_ratio .*\n# TYPE .*\nfilesystem_free_ratio 0\.\d+\n$/);
  await writeFile(join(folder, 'success.prom'), 'backup_last_success_timestamp_seconds 1790000000\nsecret_metric 1\n');
  // Half written.
  await writeFile(join(folder, 'configured.prom'), 'backups_configured');
  await writeFile(join(folder, 'failure.new'), 'backup_last_failure_timestamp_seconds 1790000000\n');
  const text = exposition(folder);
  assert.match(
    text,
    /^# TYPE backup_last_success_timestamp_seconds gauge\nbackup_last_success_timestamp_seconds 1790000000$/m,
  );
  assert.doesNotMatch(text, /secret_metric|backups_configured|failure/);
});

it('is a target that is down, and goes on, while it cannot read the state', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-watch-'));
  t.after(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const env = { PORT: String(port), STATE_FOLDER: folder };
  const watch = spawn(process.execPath, ['monitoring/database-watch/main.ts'], { env, stdio: 'ignore' });
  t.after(() => watch.kill());
  const status = () =>
    request(`http://127.0.0.1:${port}/metrics`).then(
      (answer) => answer.status,
      () => undefined,
    );
  await eventually('it answers', async () => (await status()) === 200);
  // What nobody can read as a file, whoever runs the test.
  await mkdir(join(folder, 'unreadable.prom'));
  assert.equal(await status(), 500);
  await rm(join(folder, 'unreadable.prom'), { recursive: true });
  assert.equal(await status(), 200);
});
