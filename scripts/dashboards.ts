/** Generates Grafana's dashboards from `monitoring/grafana/source/`: `--write` writes them, `--check` fails if they are stale. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { accounts } from '../monitoring/grafana/source/accounts.ts';
import { billing } from '../monitoring/grafana/source/billing.ts';
import { email } from '../monitoring/grafana/source/email.ts';
import { http } from '../monitoring/grafana/source/http.ts';
import { jobs } from '../monitoring/grafana/source/jobs.ts';
import { logs } from '../monitoring/grafana/source/logs.ts';
import { overview } from '../monitoring/grafana/source/overview.ts';
import { postgresql } from '../monitoring/grafana/source/postgresql.ts';
import { runtime } from '../monitoring/grafana/source/runtime.ts';

const FOLDER = 'monitoring/grafana/dashboards';

/** The content of each dashboard file, by its path. */
function dashboardFiles(): Map<string, string> {
  const all = [overview, http, accounts, billing, email, jobs, runtime, postgresql, logs];
  return new Map(all.map((made) => [`${made.uid!.replace('plinth-', '')}.json`, `${JSON.stringify(made, null, 2)}\n`]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [mode] = process.argv.slice(2);
  const files = dashboardFiles();
  if (mode === '--write') {
    for (const [name, text] of files) writeFileSync(`${FOLDER}/${name}`, text);
  } else if (mode !== '--check') {
    process.stderr.write('Usage: node scripts/dashboards.ts --write | --check\n');
    process.exitCode = 2;
  } else {
    const there = new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(`${FOLDER}/${name}`, 'utf8')]));
    const stale = [...new Set([...files.keys(), ...there.keys()])].filter(
      (name) => files.get(name) !== there.get(name),
    );
    if (stale.length > 0) {
      process.stderr.write(`${FOLDER}: ${stale.join(', ')} stale: node scripts/dashboards.ts --write\n`);
      process.exitCode = 1;
    }
  }
}
