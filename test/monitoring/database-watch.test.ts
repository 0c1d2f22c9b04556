/** monitoring/database-watch: what backups leave in files becomes metrics, and nothing else of the folder does. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { exposition } from '../../monitoring/database-watch/main.ts';

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
