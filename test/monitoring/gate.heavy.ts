/**
 * Checks that no panel is empty: under traffic, every query of every panel, variable, annotation and rule returns data from a real Prometheus, or
 * is listed with a reason. Only scrapes and evaluations are more frequent than in production.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Dashboard, interpolate, readDashboards } from '../../scripts/monitoring/dashboards.ts';
import type { PrometheusClient } from '../../scripts/monitoring/prometheus.ts';
import { createTestDatabase } from '../database.ts';
import { startInstallation } from './installation.ts';
import { comparedPromql } from './query-language.ts';
import { readRules } from './rules.ts';
import { keepTraffic } from './traffic.ts';

/** Queries that return no data here, with the reason. */
const OUTAGE = 'max_over_time(ALERTS{alertname="DatabaseDown", alertstate="firing"}[35m])';
const ARCHIVES_NOTHING = 'this database archives nothing; compose-backups.heavy.ts has one that does';
const EMPTY_BY_DESIGN: Readonly<Record<string, string>> = {
  [`alert ErrorBudgetBurnFast: ${OUTAGE}`]: 'the database is not stopped here; faults.heavy.ts stops it',
  'postgresql: Last archived segment A': ARCHIVES_NOTHING,
  'alert BackupArchivingLate: pg_stat_archiver_last_archive_age': ARCHIVES_NOTHING,
};

/** The beginnings of what is empty where nobody signs in with an identity provider: none is configured here. */
const OF_PROVIDERS = ['accounts: Identity providers', 'alert IdentityProviderFailing'];
const isEmptyByDesign = (where: string) =>
  where in EMPTY_BY_DESIGN || OF_PROVIDERS.some((beginning) => where.startsWith(beginning));
/** From an interval of 15 s to 1 s. */
const FASTER = 15;
const PATIENCE_MS = 360_000;
const POLL_MS = 1_000;

interface Question {
  readonly where: string;
  readonly expr: string;
  ask(client: PrometheusClient): Promise<{ length: number }>;
}

interface Time {
  readonly from: number;
  readonly now: () => number;
}

/** The queries of a person who opens every dashboard, and those that Prometheus runs itself. */
function questions(time: Time): Question[] {
  const span = () => ({ from: time.from, to: time.now() });
  const range = (expr: string) => (client: PrometheusClient) => client.queryRange(expr, { ...span(), stepSeconds: 2 });
  const instant = (expr: string) => (client: PrometheusClient) => client.query(expr);
  const fill = (expr: string, dashboard: Dashboard) =>
    interpolate(expr, dashboard, { rangeSeconds: 600, rateSeconds: 20 });

  const onDashboards = readDashboards().flatMap((dashboard) => {
    const { name, panels, annotations, templating } = dashboard;
    const targets = panels.flatMap(({ title, targets: list = [] }) => list.map((target) => ({ title, ...target })));
    const prometheus = targets.filter(({ datasource }) => datasource.type === 'prometheus');
    return [
      ...prometheus.map(({ title, refId, expr: written, instant: asOfNow }) => {
        const expr = fill(written, dashboard);
        return { where: `${name}: ${title} ${refId}`, expr, ask: asOfNow ? instant(expr) : range(expr) };
      }),
      ...prometheus
        .filter(({ exemplar }) => exemplar)
        .map(({ title, refId, expr: written }) => {
          const expr = fill(written, dashboard);
          const ask = async (client: PrometheusClient) =>
            (await client.exemplars(expr, span())).filter(({ traceId }) => /^[0-9a-f]{32}$/.test(traceId));
          return { where: `${name}: exemplars of ${title} ${refId}`, expr, ask };
        }),
      ...annotations.list.map(({ name: title, expr }) => ({ where: `${name}: ${title}`, expr, ask: range(expr) })),
      ...templating.list.flatMap(({ name: variable, query }) => {
        const text = typeof query === 'string' ? query : query.query;
        const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
        if (!selector || !label) return [];
        const ask = (client: PrometheusClient) => client.labelValues(label, selector);
        return [{ where: `${name}: variable ${variable}`, expr: text, ask }];
      }),
    ];
  });

  const inRules = readRules().flatMap(({ alert, record, labels, expr }) => {
    if (alert)
      return comparedPromql(expr).map((side) => ({ where: `alert ${alert}: ${side}`, expr: side, ask: range(side) }));
    const recorded = labels ? `${record}{slo="${labels.slo}"}` : record!;
    return [
      { where: `rule ${recorded}`, expr, ask: range(expr) },
      { where: `recorded ${recorded}`, expr: recorded, ask: range(recorded) },
    ];
  });
  return [...onDashboards, ...inRules];
}

describe('under traffic', () => {
  it('every panel, variable, annotation and rule returns data, or has a listed reason', {
    timeout: 600_000,
  }, async (t) => {
    const database = await createTestDatabase();
    t.after(() => database.close());
    const from = Date.now() / 1_000;
    const installation = await startInstallation(t, {
      databaseUrl: database.url,
      env: { PASSWORD_HASH_QUEUE: '4' },
      backups: true,
      shortened: { fasterScrapes: FASTER },
    });
    const traffic = keepTraffic(installation);

    const all = questions({ from, now: () => Date.now() / 1_000 });
    assert.ok(all.length > 200, `only ${all.length} questions`);
    const expected = all.filter(({ where }) => !isEmptyByDesign(where));
    let open = expected;
    for (const deadline = Date.now() + PATIENCE_MS; open.length > 0 && Date.now() < deadline; ) {
      await Promise.race([delay(POLL_MS), traffic.failed]);
      const answers = await Promise.all(
        open.map(async (question) => ({ question, answer: await question.ask(installation.prometheus) })),
      );
      open = answers.filter(({ answer }) => answer.length === 0).map(({ question }) => question);
    }
    await traffic.stop();
    assert.deepEqual(
      open.map(({ where, expr }) => `${where}: ${expr}`),
      [],
      'these panels or rules stay empty',
    );

    for (const beginning of [...Object.keys(EMPTY_BY_DESIGN), ...OF_PROVIDERS])
      assert.ok(
        all.some(({ where }) => where.startsWith(beginning)),
        `${beginning} does not exist`,
      );
    for (const question of all.filter(({ where }) => isEmptyByDesign(where)))
      assert.equal((await question.ask(installation.prometheus)).length, 0, `${question.where} answers`);
    t.diagnostic(`${expected.length} of ${all.length} queries answered with data`);
  });
});
