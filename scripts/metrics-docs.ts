/** Generates `docs/metrics.md` from the metrics that the platform and the features declare: `--write` writes it, `--check` fails if it is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { allMetrics } from '../app/platform/telemetry/metrics.ts';
import '../app/declarations.ts';

const FILE = 'docs/metrics.md';

const HEADER = `# Metrics

Generated from the \`metrics.ts\` of each mechanism and feature: \`npm run generate\`.

Every process serves its metrics at \`http://<host>:9464/metrics\` (\`METRICS_PORT\`). This port is never published. The format is Prometheus' classic text,
or OpenMetrics with exemplars if the scraper accepts it. In addition there are the runtime's metrics: \`process_*\` (CPU, memory, open files) and
\`nodejs_*\` (event loop lag and utilization, garbage collection, heap, handles), as \`@prometheus-io/client\` names them.

Every label has a bounded set of values: no user, tenant, id, address or raw path. The service level objectives that use these metrics are in
[monitoring/prometheus/rules/slo.yml](../monitoring/prometheus/rules/slo.yml). The alerts are beside it, each with a [runbook](runbooks).

| metric | type | labels | meaning |
|---|---|---|---|
`;

/** The content of `docs/metrics.md`. */
export function metricsDocument(): string {
  const rows = allMetrics().map(([name, definition]) => {
    const labels = Object.entries(definition.labels).map(([label, values]) => `\`${label}\`: ${values}`);
    const buckets = definition.buckets ? ` Buckets: ${definition.buckets.join(', ')}.` : '';
    const exemplars = definition.exemplars ? ' Exemplars: `trace_id`.' : '';
    return `| \`${name}\` | ${definition.type} | ${labels.join('<br>') || '–'} | ${definition.help}${buckets}${exemplars} |`;
  });
  return `${HEADER}${rows.join('\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [mode] = process.argv.slice(2);
  if (mode === '--write') {
    writeFileSync(FILE, metricsDocument());
  } else if (mode !== '--check') {
    process.stderr.write('Usage: node_modules/.bin/node scripts/metrics-docs.ts --write | --check\n');
    process.exitCode = 2;
  } else if (readFileSync(FILE, 'utf8') !== metricsDocument()) {
    process.stderr.write(`${FILE} is stale: npm run generate\n`);
    process.exitCode = 1;
  }
}
