import type { Command } from 'commander';
import { sql } from 'drizzle-orm';
import { DAY_MS } from '../platform/clock.ts';
import { migrationsAreCurrent } from '../platform/database/migrate.ts';
import type { Service } from '../wiring.ts';
import { withService } from './service.ts';
import { print, withProgress } from './terminal.ts';

interface Finding {
  check: string;
  ok: boolean;
  /** What was seen, and where it is not well, what to do. */
  detail: string;
}

type Check = (service: Service) => Promise<Finding>;

const MAX_SKEW_MS = 2_000;
const MAX_KEY_AGE_DAYS = 90;
const MAX_JOB_AGE_SECONDS = 300;

/** Each looks at one thing of a live installation. */
const checks: Check[] = [
  async ({ db }) => {
    const { rows } = await db.execute<{ version: string }>(sql`select current_setting('server_version') as version`);
    return { check: 'database', ok: true, detail: `PostgreSQL ${rows[0]?.version}` };
  },
  async ({ db }) => {
    const ok = await migrationsAreCurrent(db);
    return { check: 'migrations', ok, detail: ok ? 'current' : 'pending; run: node app/cli.ts migrate' };
  },
  async ({ db }) => {
    const before = Date.now();
    const { rows } = await db.execute<{ now: string }>(
      sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
    );
    const skewMs = Math.round(Number(rows[0]?.now) - (before + Date.now()) / 2);
    const ok = Math.abs(skewMs) < MAX_SKEW_MS;
    return {
      check: 'clock',
      ok,
      detail: `${skewMs} ms apart from the database${ok ? '' : '; repair time synchronisation (NTP)'}`,
    };
  },
  async ({ accounts, clock }) => {
    await accounts.signingKeys.start();
    const days = Math.floor((clock.now().getTime() - accounts.signingKeys.current().signsFrom.getTime()) / DAY_MS);
    const ok = days <= MAX_KEY_AGE_DAYS;
    return { check: 'signing key', ok, detail: `${days} days old${ok ? '' : '; run: node app/cli.ts keys rotate'}` };
  },
  async ({ db }) => {
    const { rows } = await db.execute<{ name: string; seconds: number }>(sql`
      select name, extract(epoch from now() - min(start_after))::int as seconds from pgboss.job
      where state < 'active' and start_after <= now() and name not like '\\_\\_pgboss%' and name not like '%.dead'
      group by name order by seconds desc limit 1`);
    const [oldest] = rows;
    const ok = !oldest || oldest.seconds < MAX_JOB_AGE_SECONDS;
    const seen = oldest ? `the oldest waits ${oldest.seconds} s in ${oldest.name}` : 'empty';
    return {
      check: 'job queues',
      ok,
      detail: `${seen}${ok ? '' : '; is a worker running? (node app/main.ts worker)'}`,
    };
  },
  async ({ email }) => {
    const reason = await email.probe();
    const advice = 'mail waits meanwhile; check SMTP_URL, the server and the network';
    return { check: 'mail server', ok: !reason, detail: reason ? `${reason}; ${advice}` : 'takes connections' };
  },
  async ({ email }) => {
    const failed = await email.list({ status: 'failed', limit: 100 });
    const ok = failed.length === 0;
    const number = failed.length === 100 ? '100 or more' : failed.length;
    return {
      check: 'mail',
      ok,
      detail: ok ? 'none failed' : `${number} failed; look at: node app/cli.ts email list --status failed`,
    };
  },
  async ({ billing }) => {
    const check = 'stripe';
    if (!billing.operations.enabled) return { check, ok: true, detail: 'off: STRIPE_SECRET_KEY is not set' };
    try {
      const faults = await billing.operations.checkEndpoint();
      const steps = await billing.operations.syncCatalog({ apply: false });
      if (steps.length > 0)
        faults.push(`${steps.length} differences from the catalog; run: node app/cli.ts catalog sync --apply`);
      return {
        check,
        ok: faults.length === 0,
        detail: faults.join(' ') || 'the webhook and the catalog are as they should be',
      };
    } catch (error) {
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      return { check, ok: false, detail: `cannot be asked (${reason}); check STRIPE_SECRET_KEY and the network` };
    }
  },
];

/** All findings; without the tables of this release, those up to there. */
async function examine(service: Service): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const check of checks) {
    const finding = await check(service);
    found.push(finding);
    if (finding.check === 'migrations' && !finding.ok) break;
  }
  return found;
}

export function doctorCommand(program: Command): void {
  const doctor = program.command('doctor').description('check a live installation, and say what to do for each fault');

  doctor.action(async (_options, command: Command) => {
    const findings = await withProgress('checking', () => withService(examine, { jobs: false }));
    print(command, findings, (rows) =>
      rows.map(({ check, ok, detail }) => `${ok ? 'ok  ' : 'FAULT'} ${check.padEnd(12)} ${detail}`),
    );
    if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
  });

  doctor
    .command('audit')
    .description('verify every audit chain, and name the first break of each that is broken')
    .action(async (_options, command: Command) => {
      const result = await withProgress('verifying', (report) =>
        withService((service) => verifyChains(service, report)),
      );
      print(command, result, ({ chains, broken }) => [
        ...broken.map(({ ownerId, sequence, reason }) => `BROKEN ${ownerId}: event ${sequence} is ${reason}`),
        `${chains} chain${chains === 1 ? '' : 's'}, ${broken.length} broken.`,
      ]);
      if (result.broken.length > 0) process.exitCode = 1;
    });
}

async function verifyChains({ audit }: Service, report: (status: string) => void) {
  const owners = await audit.owners();
  const broken: { ownerId: string; sequence: number; reason: string }[] = [];
  for (const [index, ownerId] of owners.entries()) {
    report(`${index + 1} of ${owners.length}`);
    const found = await audit.verify(ownerId);
    if (found) broken.push({ ownerId, ...found });
  }
  return { chains: owners.length, broken };
}
