#!/bin/sh
# @prometheus-io/client 0.16.1 (the successor of prom-client), Node.js 26.10.0, several processes under node:cluster.
#
# Expected: AggregatorRegistry.clusterMetrics(), in the OpenMetrics format, has what the registry of a worker has, added up.
# Seen: the exemplars of histograms are gone, and so is process_start_time_seconds. A worker's own registry shows both.
#   alone: exemplar true, process_start_time_seconds true
#   in cluster: exemplar false, process_start_time_seconds false
# Whoever leads from a histogram to traces, or draws uptimes, loses both on the day of the second process, without a word.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module","private":true}' > package.json
npm install --silent --no-audit --no-fund --save-exact node@26.10.0 @prometheus-io/client@0.16.1
cat > run.js <<'JS'
import cluster from 'node:cluster';
import { AggregatorRegistry, collectDefaultMetrics, Histogram, Registry } from '@prometheus-io/client';

const describe = (text) =>
  `exemplar ${text.includes('trace_id="abc"')}, process_start_time_seconds ${text.includes('process_start_time_seconds')}`;

if (cluster.isPrimary) {
  const all = new AggregatorRegistry(Registry.OPENMETRICS_CONTENT_TYPE);
  cluster.fork().on('message', async (message) => {
    if (message !== 'ready') return;
    console.log(`in cluster: ${describe(await all.clusterMetrics())}`);
    process.exit();
  });
} else {
  const registry = new Registry(Registry.OPENMETRICS_CONTENT_TYPE);
  AggregatorRegistry.setRegistries(registry);
  collectDefaultMetrics({ register: registry });
  const histogram = new Histogram({
    name: 'seconds', help: 'A duration.', buckets: [1], enableExemplars: true, registers: [registry],
  });
  histogram.observe({ value: 0.5, exemplarLabels: { trace_id: 'abc' } });
  console.log(`alone: ${describe(await registry.metrics())}`);
  process.send('ready');
}
JS
seen=$(node_modules/.bin/node run.js)
echo "$seen"
test "$seen" = "alone: exemplar true, process_start_time_seconds true
in cluster: exemplar false, process_start_time_seconds false"
