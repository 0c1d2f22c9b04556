/**
 * `doctor --production`: what an installation lacks before it may serve people, each with its cause and the remedy. It looks at the settings, and under
 * Docker Compose at what `migrate` can see of the rest: the state of backups, the configuration of Alertmanager, the disk.
 */
import { resolveTxt } from 'node:dns/promises';
import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { DAY_MS, HOUR_MS } from '../platform/clock.ts';

export interface Lack {
  check: string;
  /** `missing`: it must be repaired first. `advice`: it should be, or cannot be seen from here. */
  level: 'ok' | 'missing' | 'advice';
  cause: string;
  remedy: string;
}

export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Where backups leave their state; absent where there is no Docker Compose. */
  readonly stateFolder: string;
  readonly alertmanagerFile: string;
  readonly now: number;
  /** True if the service signs in to the database as a superuser; undefined if the database cannot be asked. */
  isSuperuser(config: Config): Promise<boolean | undefined>;
  /** The TXT records of a name. @throws Error if there are none, or nobody can be asked */
  txt(name: string): Promise<string[]>;
}

const MAX_BACKUP_AGE_MS = 26 * HOUR_MS;
const MAX_DRILL_AGE_MS = 9 * DAY_MS;
const MIN_FREE_RATIO = 0.2;

const ok = (check: string, cause: string): Lack => ({ check, level: 'ok', cause, remedy: '' });
const missing = (check: string, cause: string, remedy: string): Lack => ({ check, level: 'missing', cause, remedy });
const advice = (check: string, cause: string, remedy: string): Lack => ({ check, level: 'advice', cause, remedy });

export const askTxt = async (name: string): Promise<string[]> =>
  (await resolveTxt(name)).map((parts) => parts.join(''));

/** Every finding, in the order in which to repair them. */
export async function lacks(surroundings: Surroundings): Promise<Lack[]> {
  const { variables } = surroundings;
  const found = [environment(variables)];
  let config: Config;
  try {
    config = readConfig({ ...variables, APP_ENV: 'production' });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Each fault says what to set.
    const faults = error.faults.map((fault) =>
      missing('settings', fault, 'set it in .env, then ./plinth release current'),
    );
    return [...found, ...faults, ...backups(surroundings), ...alerts(surroundings), disk(surroundings)];
  }
  return [
    ...found,
    ok('settings', 'complete, and none is for development'),
    ...limits(config),
    await role(surroundings, config),
    ...backups(surroundings),
    ...alerts(surroundings),
    config.sentryDsn
      ? ok('error reports', 'SENTRY_DSN is set')
      : advice('error reports', 'SENTRY_DSN is empty: unexpected errors are in the log alone', 'set SENTRY_DSN'),
    ...(await sender(surroundings, config)),
    disk(surroundings),
  ];
}

function environment({ APP_ENV }: Surroundings['variables']): Lack {
  return APP_ENV === 'production'
    ? ok('environment', 'APP_ENV is production')
    : missing('environment', `APP_ENV is ${APP_ENV || 'empty'}`, 'APP_ENV=production');
}

function limits(config: Config): Lack[] {
  const { networkLimitFactor: factor, trustProxy, release } = config;
  return [
    factor <= 1
      ? ok('limits', 'rate limits of networks are the usual ones')
      : missing(
          'limits',
          `NETWORK_LIMIT_FACTOR is ${factor}: rate limits are as many times weaker`,
          'delete NETWORK_LIMIT_FACTOR',
        ),
    trustProxy === false
      ? advice(
          'proxies',
          'TRUST_PROXY is not set: behind a proxy, all clients count as one',
          'set TRUST_PROXY to the number of proxies in front',
        )
      : ok('proxies', 'TRUST_PROXY is set'),
    ['unknown', 'local'].includes(release)
      ? advice('release', `RELEASE is ${release}: nobody can say which version runs`, 'release with ./plinth release')
      : ok('release', release),
  ];
}

async function role({ isSuperuser }: Surroundings, config: Config): Promise<Lack> {
  const check = 'database role';
  const superuser = await isSuperuser(config);
  if (superuser === undefined) return missing(check, 'the database cannot be asked', 'see ./plinth doctor');
  return superuser
    ? missing(
        check,
        'the service signs in as a superuser of PostgreSQL',
        'under Docker Compose ./plinth release; elsewhere a role that owns the database',
      )
    : ok(check, 'is no superuser');
}

/** Name -> value of each line that backups and drills have written. */
function stateOf(folder: string): Map<string, number> | undefined {
  try {
    const lines = readdirSync(folder)
      .filter((name) => name.endsWith('.prom'))
      .flatMap((name) => readFileSync(`${folder}/${name}`, 'utf8').trim().split('\n'));
    return new Map(lines.map((line) => line.split(' ')).map(([name, value]) => [name!, Number(value)]));
  } catch {
    return undefined;
  }
}

function backups({ stateFolder, now }: Surroundings): Lack[] {
  const state = stateOf(stateFolder);
  if (!state?.size)
    return [
      advice(
        'backups',
        'cannot be seen from here',
        'make sure that they are made, and restored for practice: docs/backup-restore.md',
      ),
    ];
  if (state.get('backups_configured') !== 1)
    return [
      missing(
        'backups',
        'none are made: BACKUP_S3_BUCKET is empty',
        'set BACKUP_…, then docker compose up -d db: docs/backup-restore.md',
      ),
    ];
  const recent = (check: string, name: string, limitMs: number, command: string): Lack => {
    const seconds = state.get(name);
    if (seconds === undefined)
      return missing(check, 'there has been none', `${command}, and /etc/cron.d/plinth: docs/backup-restore.md`);
    const hours = Math.round((now - seconds * 1_000) / HOUR_MS);
    return now - seconds * 1_000 <= limitMs
      ? ok(check, `the last was ${hours} h ago`)
      : missing(check, `the last was ${hours} h ago`, `${command}, and /etc/cron.d/plinth: docs/backup-restore.md`);
  };
  const dropped = state.has('backup_archive_dropped_timestamp_seconds');
  return [
    recent('base backup', 'backup_last_success_timestamp_seconds', MAX_BACKUP_AGE_MS, './plinth backup'),
    recent('restore drill', 'restore_drill_last_success_timestamp_seconds', MAX_DRILL_AGE_MS, './plinth drill'),
    dropped
      ? missing('archive', 'write-ahead log was dropped, so there is a gap', './plinth backup')
      : ok('archive', 'has no gap'),
  ];
}

function alerts({ alertmanagerFile }: Surroundings): Lack[] {
  const file = 'monitoring/alertmanager/alertmanager.yml';
  let text: string;
  try {
    text = readFileSync(alertmanagerFile, 'utf8').replaceAll(/^\s*#.*$/gm, '');
  } catch {
    return [advice('alerts', 'cannot be seen from here', 'make sure that somebody is told: docs/monitoring.md')];
  }
  // Each receiver up to the next one.
  const receivers = new Map(
    text
      .split(/^ *- name: */m)
      .slice(1)
      .map((part) => [/^[\w-]+/.exec(part)?.[0], part]),
  );
  const tells = (name: string) => /^\s+\w+_configs:/m.test(receivers.get(name) ?? '');
  const toMailbox = /mailpit|@plinth\.localhost/.test(text);
  return [
    tells('page') && !toMailbox
      ? ok('alerts', 'somebody is told')
      : missing(
          'alerts',
          'they go to the mailbox of development, so to nobody',
          `put your pager or mail server into ${file}`,
        ),
    tells('dead-mans-switch')
      ? ok("dead man's switch", 'is set')
      : missing(
          "dead man's switch",
          'nobody notices when this machine is gone',
          `put the URL of a service elsewhere into dead-mans-switch in ${file}`,
        ),
  ];
}

async function sender({ txt }: Surroundings, config: Config): Promise<Lack[]> {
  const domain = /@([^>\s]+)>?\s*$/.exec(config.emailFrom)?.[1] ?? '';
  const bounces = [config.sesTopicArns, config.postmarkWebhookAuth, config.resendWebhookSecret].some(
    (one) => one.length > 0,
  );
  const record = async (check: string, name: string, beginning: string): Promise<Lack> => {
    const records = await txt(name).catch(() => []);
    return records.some((one) => one.toLowerCase().startsWith(beginning))
      ? ok(check, `${name} has it`)
      : advice(
          check,
          `${name} has no TXT record ${beginning}`,
          'add the one that your mail provider names, and its DKIM records: without them email is taken for spam',
        );
  };
  return [
    await record('SPF', domain, 'v=spf1'),
    await record('DMARC', `_dmarc.${domain}`, 'v=dmarc1'),
    bounces
      ? ok('bounces', 'are told to the service')
      : advice(
          'bounces',
          'addresses that bounce are written to again and again',
          'set SES_TOPIC_ARNS, POSTMARK_WEBHOOK_AUTH or RESEND_WEBHOOK_SECRET',
        ),
  ];
}

function disk({ stateFolder }: Surroundings): Lack {
  let path = stateFolder;
  if (!stateOf(path)) path = '/';
  const { bavail, blocks } = statfsSync(path);
  const cause = `${Math.round((bavail / blocks) * 100)} % are free`;
  return bavail / blocks >= MIN_FREE_RATIO
    ? ok('disk', cause)
    : missing(
        'disk',
        `${cause}: logs, write-ahead log and a restore drill need room`,
        'docs/runbooks/disk-almost-full.md, or a larger disk',
      );
}
