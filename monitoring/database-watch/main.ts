/**
 * Tells Prometheus what no program tells by itself: the state that backups and restore drills leave in files (deploy/database/bin), and the room
 * on the disk of the database, which is that of Docker's volumes. It reads, and changes nothing.
 *
 *   node main.ts       listens on 9188; `--check` asks whether it does
 */
import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import { createServer } from 'node:http';

const PORT = Number(process.env.PORT ?? 9188);
const FOLDER = process.env.STATE_FOLDER ?? '/var/lib/plinth';
/** Every metric, with its meaning; a line of a file that is none of them is left out. */
export const METRICS: Readonly<Record<string, string>> = {
  backups_configured: '1 if backups are set up (BACKUP_S3_BUCKET), otherwise 0.',
  backup_last_success_timestamp_seconds: 'When the last base backup was complete.',
  backup_last_failure_timestamp_seconds: 'When a base backup failed last.',
  backup_archive_dropped_timestamp_seconds:
    'When write-ahead log was last dropped since the store was away for too long; absent after the next base backup.',
  backup_archive_waiting_bytes: 'Write-ahead log that waits for the store, at the last attempt to archive.',
  backup_archive_limit_bytes: 'So much of it may wait (BACKUP_QUEUE_GB). Beyond this it is dropped.',
  restore_drill_last_success_timestamp_seconds: 'When a restore drill last found a whole database.',
  restore_drill_last_failure_timestamp_seconds: 'When a restore drill failed last.',
};
const LINE = /^(\w+) (\d+)$/;

/** The metrics in Prometheus' text format. Those of what has never happened are absent. */
export function exposition(folder: string): string {
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.prom'))
    .flatMap((name) => readFileSync(`${folder}/${name}`, 'utf8').split('\n'));
  const values = new Map(lines.flatMap((line) => (LINE.test(line) ? [line.split(' ') as [string, string]] : [])));
  const { bavail, blocks } = statfsSync(folder);
  const known = Object.entries(METRICS).filter(([name]) => values.has(name));
  return [
    ...known.map(([name, help]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${values.get(name)}\n`),
    '# HELP filesystem_free_ratio Free share of the file system, 0 to 1.\n# TYPE filesystem_free_ratio gauge\n',
    `filesystem_free_ratio ${bavail / blocks}\n`,
  ].join('');
}

async function check(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${PORT}/metrics`).catch(() => undefined);
  process.exitCode = answer?.ok ? 0 : 1;
}

function serve(): void {
  createServer(({ url }, response) => {
    if (url !== '/metrics') return void response.writeHead(404).end();
    try {
      // Before the head is sent: afterwards no other status can be.
      const text = exposition(FOLDER);
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
    } catch (error) {
      // Prometheus shows it as a target that is down.
      response.writeHead(500).end(String(error));
    }
  }).listen(PORT);
}

if (import.meta.main) await (process.argv.includes('--check') ? check() : serve());
