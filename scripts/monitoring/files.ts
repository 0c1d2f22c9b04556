/** Copies `monitoring/` for one machine: the same rules, with its own targets and ports, and shorter times if a test asks for them. */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** The fields of Alertmanager's configuration that are used here. */
export interface AlertmanagerConfig {
  global?: Record<string, unknown>;
  receivers: { name: string; [kind: string]: unknown }[];
  [rest: string]: unknown;
}

export interface CopyOptions {
  readonly folder: string;
  readonly prometheusPort: number;
  readonly alertmanagerPort: number;
  /** The `host:port` of each process of the service, and its role. */
  readonly service: readonly { readonly target: string; readonly role: string }[];
  /** The `host:port` of a PostgreSQL exporter, if there is one. */
  readonly exporter?: string;
  /** The `host:port` of monitoring/database-watch, if it runs. */
  readonly databaseWatch?: string | undefined;
  /** Sets the receivers of alerts. */
  readonly tell: (config: AlertmanagerConfig) => void;
  /** For tests. Divides the intervals of scraping and evaluation. */
  readonly fasterScrapes?: number;
  /** For tests. Divides every duration in rules and in Alertmanager: `for:`, ranges, `group_wait` and so on. Nothing else of a rule changes. */
  readonly shorterSpans?: number;
}

/** Writes the copy. @returns the paths that Prometheus and Alertmanager start with */
export async function copyMonitoring(options: CopyOptions): Promise<{ prometheus: string; alertmanager: string }> {
  const { folder, service, exporter, fasterScrapes = 1, shorterSpans = 1 } = options;
  const prometheus = join(folder, 'prometheus');
  await mkdir(folder, { recursive: true });
  await cp('monitoring/prometheus', prometheus, { recursive: true, force: true });
  await rewrite(join(prometheus, 'prometheus.yml'), (text) =>
    shortenSettings(text, /^\s*(?:scrape|evaluation)_interval:/, fasterScrapes)
      // Remove the timeout if intervals are shorter: it may not exceed the interval. Without it Prometheus uses the interval.
      .replace(/^\s*scrape_timeout:.*\n/m, (line) => (fasterScrapes === 1 ? line : ''))
      .replace('localhost:9090', `localhost:${options.prometheusPort}`)
      // The service is not found by the names of docker-compose.yml here, and neither are the programs of the monitoring.
      .replace(NAMES, '    file_sd_configs:\n      - files: [targets/service.yml]\n')
      .replaceAll(new RegExp(NAMES, 'g'), ''),
  );
  for (const name of await readdir(join(prometheus, 'rules')))
    await rewrite(join(prometheus, 'rules', name), (text) => shortenRules(text, shorterSpans));
  const targets = {
    service: service.map(({ target, role }) => ({ targets: [target], labels: { role } })),
    postgres: exporter ? [{ targets: [exporter] }] : [],
    'database-watch': options.databaseWatch ? [{ targets: [options.databaseWatch] }] : [],
    alertmanager: [{ targets: [`localhost:${options.alertmanagerPort}`] }],
    monitoring: [{ targets: [`localhost:${options.alertmanagerPort}`], labels: { job: 'alertmanager' } }],
  };
  for (const [name, list] of Object.entries(targets))
    await writeFile(join(prometheus, 'targets', `${name}.yml`), stringify(list));

  const alertmanager = join(folder, 'alertmanager.yml');
  const original = await readFile('monitoring/alertmanager/alertmanager.yml', 'utf8');
  const config = parse(shortenSettings(original, /^\s*(?:group_wait|group_interval|repeat_interval):/, shorterSpans));
  options.tell(config);
  await writeFile(alertmanager, stringify(config));
  return { prometheus: join(prometheus, 'prometheus.yml'), alertmanager };
}

/** Finding targets by their names, with the labels that follow from these. */
const NAMES = / {4}dns_sd_configs:\n(?: {6}.*\n)+(?: {4}relabel_configs:\n(?: {6}.*\n)+)?/;

async function rewrite(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}

/** Shortens the durations of lines that begin with one of these settings. */
function shortenSettings(text: string, setting: RegExp, factor: number): string {
  return text
    .split('\n')
    .map((line) =>
      setting.test(line) ? line.replace(/\b\d+(?:ms|[smhdwy])\b/, (span) => shorten(span, factor)) : line,
    )
    .join('\n');
}

/** Shortens every range (`[5m]`) and every `for:` of rules. */
export function shortenRules(text: string, factor: number): string {
  return shortenSettings(text, /^\s*for:/, factor).replaceAll(/\[(\w+)\]/g, (_, span) => `[${shorten(span, factor)}]`);
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8, y: 3.1536e10 };

function shorten(span: string, factor: number): string {
  if (factor === 1) return span;
  const [, count, unit] = /^(\d+)(ms|[smhdwy])$/.exec(span) ?? [];
  if (!count || !unit) throw new Error(`no duration: ${span}`);
  return `${Math.round((Number(count) * UNIT_MS[unit]!) / factor)}ms`;
}
