/** Checks that dashboards and rules name existing metrics, labels, datasources and runbooks. `gate.heavy.ts` checks that they return data. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import '../../app/declarations.ts';
import { allMetrics, createMetrics, type MetricDefinition } from '../../app/platform/telemetry/metrics.ts';
import { METRICS as WATCHED } from '../../monitoring/database-watch/main.ts';
import { interpolate, readDashboards } from '../../scripts/monitoring/dashboards.ts';
import { readLogql, readPromql } from './query-language.ts';
import { readRules } from './rules.ts';

const SHARED = ['http', 'jobs', 'logs', 'overview', 'postgresql', 'runtime'];
const OF_FEATURES = globSync('app/{features,product}/*/tools/dashboard.ts').map((file) => file.split('/')[2]!);
const SPAN = { rangeSeconds: 3_600, rateSeconds: 60 };

const dashboards = readDashboards();
const rules = readRules();
const targets = dashboards.flatMap((dashboard) =>
  dashboard.panels.flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({
      where: `${dashboard.name}, ${panel.title}`,
      ...target,
      expr: interpolate(target.expr, dashboard, SPAN),
    })),
  ),
);
const annotations = dashboards.flatMap(({ name, annotations: { list } }) =>
  list.map(({ name: title, expr }) => ({ where: `${name}, annotation ${title}`, expr, legendFormat: '' })),
);
const promql = [
  ...targets.filter(({ datasource }) => datasource.type === 'prometheus'),
  ...annotations,
  ...rules.map(({ file, alert, record, expr }) => ({ where: `${file}, ${alert ?? record}`, expr, legendFormat: '' })),
];

/** The series of a metric: a histogram has three. */
function seriesOf([name, { type }]: [string, MetricDefinition]): string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name];
}

const definitions = new Map(allMetrics());
/** The labels of each metric, except those of the PostgreSQL exporter, which only the gate can check. */
const known = new Map<string, string[]>(
  allMetrics().flatMap((entry) =>
    seriesOf(entry).map((series): [string, string[]] => [
      series,
      [...Object.keys(entry[1].labels), ...(series.endsWith('_bucket') ? ['le'] : [])],
    ]),
  ),
);
for (const { record, labels } of rules) if (record) known.set(record, Object.keys(labels ?? {}).concat('slo'));
const runtime = await createMetrics({ release: 'test' }, { runtime: true }).registry.getMetricsAsJSON();
for (const { name } of runtime)
  if (/^(process|nodejs)_/.test(name))
    for (const series of [name, `${name}_sum`, `${name}_count`]) known.set(series, ['kind', 'type', 'space']);
known.set('up', []);
for (const name of Object.keys(WATCHED)) known.set(name, []);
// Of the programs of the monitoring, as their documentation has them: they are not run here.
known.set('loki_discarded_samples_total', ['reason', 'tenant']);
known.set('loki_write_dropped_entries_total', ['reason', 'host']);
known.set('tempo_discarded_spans_total', ['reason', 'tenant']);
for (const name of ['alertmanager_notifications_total', 'alertmanager_notifications_failed_total'])
  known.set(name, ['integration', 'reason']);
known.set('ALERTS', ['alertname', 'alertstate', 'severity']);
/** Labels that monitoring/prometheus/ adds to every scrape. */
const TARGET_LABELS = ['job', 'instance', 'role'];
const EXPORTER = /^pg_/;

describe('metrics', () => {
  it('that rules and dashboards use exist, and have the used labels', () => {
    assert.ok(promql.length > 100);
    for (const { where, expr, legendFormat } of promql) {
      const { metrics, labels } = readPromql(expr);
      for (const metric of metrics)
        assert.ok(known.has(metric) || EXPORTER.test(metric), `${where}: no metric ${metric}`);
      if (metrics.some((metric) => EXPORTER.test(metric))) continue;
      const allowed = new Set([...TARGET_LABELS, ...metrics.flatMap((metric) => known.get(metric)!)]);
      const shown = [...(legendFormat ?? '').matchAll(/{{(\w+)}}/g)].map(([, label]) => label!);
      for (const label of [...labels, ...shown]) assert.ok(allowed.has(label), `${where}: no label ${label}`);
    }
  });

  it('are each used in a rule or on a dashboard', () => {
    const used = new Set(promql.flatMap(({ expr }) => readPromql(expr).metrics));
    for (const entry of allMetrics())
      assert.ok(
        seriesOf(entry).some((series) => used.has(series)),
        `${entry[0]} is emitted and used nowhere`,
      );
    for (const { record } of rules) if (record) assert.ok(used.has(record), `${record} is recorded and used nowhere`);
  });

  it('exist from the start if an alert uses their increase, so that the first event counts', () => {
    const zero = new Set(
      allMetrics()
        .filter(([, { zero: given }]) => given)
        .map(([name]) => name),
    );
    for (const { alert, expr } of rules)
      if (alert && /increase\(/.test(expr))
        // Programs of others begin theirs when they start.
        for (const metric of readPromql(expr).metrics)
          if (definitions.has(metric)) assert.ok(zero.has(metric), `${alert}: ${metric} begins with its first event`);
  });
});

describe('dashboards', () => {
  it('are the shared ones and those of features, and each panel has a title, a description and a query', () => {
    assert.deepEqual(
      dashboards.map(({ name }) => name),
      [...SHARED, ...OF_FEATURES].sort(),
    );
    for (const { name, uid, description, panels } of dashboards) {
      assert.equal(uid, `plinth-${name}`);
      assert.ok(description);
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
      for (const { type, title, description: about, targets: asked } of panels) {
        if (type === 'row') continue;
        assert.ok(title && about && asked && asked.length > 0, `${name}, ${title}`);
      }
    }
  });

  it('query datasources that are provisioned', () => {
    const { datasources } = parse(
      readFileSync('monitoring/grafana/provisioning/datasources/datasources.yml', 'utf8'),
    ) as { datasources: { uid: string; type: string }[] };
    const provisioned = datasources.map(({ uid, type }) => `${type} ${uid}`);
    for (const {
      where,
      datasource: { type, uid },
    } of targets)
      assert.ok(provisioned.includes(`${type} ${uid}`), where);
  });

  it('show exemplars of the metrics that have them, and of no others', () => {
    for (const { where, expr, exemplar = false, datasource } of targets.filter(
      ({ datasource: d }) => d.type === 'prometheus',
    )) {
      const keeps = readPromql(expr).metrics.some((metric) => {
        const name = metric.replace(/_bucket$/, '');
        return name !== metric && definitions.get(name)?.exemplars;
      });
      if (exemplar) assert.ok(keeps, `${where}: no exemplars there`);
      assert.equal(datasource.uid, 'prometheus');
    }
    assert.ok(targets.some(({ exemplar }) => exemplar));
  });

  it('link to runbooks that exist, and to each of them', () => {
    const linked = new Set(
      dashboards.flatMap(({ panels }) => panels.flatMap(({ links = [] }) => links.map(({ url }) => url))),
    );
    for (const url of linked) {
      const [, name] = /^\/public\/runbooks\/([\w-]+\.md)$/.exec(url) ?? [];
      assert.ok(name && existsSync(`docs/runbooks/${name}`), url);
    }
    for (const file of globSync('docs/runbooks/*-*.md'))
      assert.ok(linked.has(file.replace('docs', '/public')), `no panel leads to ${file}`);
  });

  it('select log streams by labels that Alloy sets', () => {
    const alloy = readFileSync('monitoring/alloy/config.alloy', 'utf8');
    const relabelled = [...alloy.matchAll(/target_label\s*=\s*"(\w+)"/g)].map(([, label]) => label!);
    const [, values = ''] = /stage\.labels \{\s*values = \{(.*?)\}/s.exec(alloy) ?? [];
    const set = new Set([...relabelled, ...[...values.matchAll(/(\w+)\s*=/g)].map(([, label]) => label!)]);
    assert.ok(set.has('service') && set.has('level'));
    // Loki's own: what went wrong while a line was parsed.
    set.add('__error__');
    const queries = targets.filter(({ datasource }) => datasource.type === 'loki');
    assert.ok(queries.length > 4);
    for (const { where, expr } of queries)
      for (const label of readLogql(expr).streamLabels)
        assert.ok(set.has(label), `${where}: Alloy sets no label ${label}`);
  });
});
