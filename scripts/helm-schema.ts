/**
 * `deploy/helm/values.schema.json`, made from the declared settings: `--write` makes it, `--check` fails when it is stale. Helm refuses values that it
 * does not allow: a setting that does not exist, that the chart sets itself, or that is a secret.
 */
import type { Setting } from '../app/platform/settings/settings.ts';
import { settings } from '../app/settings.ts';
import { type Generated, runGenerator } from './source/generated.ts';

const FILE = 'deploy/helm/values.schema.json';
/** What templates/_helpers.tpl sets. */
export const SET_BY_CHART: readonly string[] = ['HOST', 'PORT', 'METRICS_PORT', 'RELEASE'];
/** Variables that settings name hold secrets, so they are in the Secret too, and not here. */
const VALUE = { type: ['string', 'number', 'boolean'] };

const object = (properties: Record<string, object>, required: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  ...(required.length > 0 && { required }),
  properties,
});
const text = { type: 'string' };
const flag = { type: 'boolean' };
const count = { type: 'integer', minimum: 1 };
const named = { type: 'string', minLength: 1 };
const free = { type: 'object' };
const list = { type: 'array' };
const resources = object({ requests: free, limits: free });
const autoscaling = object({
  ...{ enabled: flag, minReplicas: count, maxReplicas: count },
  targetCPU: { type: 'integer', minimum: 1, maximum: 100 },
});
const role = object({
  ...{ replicas: { type: 'integer', minimum: 0 }, autoscaling, resources },
  ...{ nodeSelector: free, tolerations: list, affinity: free },
});
const ports = { type: 'array', items: { type: 'integer', minimum: 1, maximum: 65_535 } };

function helmSchema(): Generated {
  const open = Object.entries<Setting<unknown>>(settings).filter(
    ([name, { meaning, secret }]) => !secret && !meaning.startsWith('Development only') && !SET_BY_CHART.includes(name),
  );
  const properties = Object.fromEntries(open.map(([name, { meaning }]) => [name, { ...VALUE, description: meaning }]));
  const required = open.flatMap(([name, setting]) => (setting.required ? [name] : []));
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart',
    ...object(
      {
        global: free,
        image: object(
          {
            repository: named,
            tag: named,
            pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
            pullSecrets: { type: 'array', items: named },
          },
          ['repository', 'tag'],
        ),
        existingSecret: named,
        settings: object(properties, required),
        api: role,
        worker: role,
        migration: object({ enabled: flag, deadlineSeconds: count, resources }),
        service: object({ port: { type: 'integer', minimum: 1, maximum: 65_535 } }),
        ingress: object({ enabled: flag, className: text, host: text, tlsSecret: text, annotations: free }),
        podDisruptionBudget: object({ enabled: flag }),
        networkPolicy: object({
          ...{ enabled: flag, from: list, metricsFrom: list, egressPorts: ports },
          egressExcept: { type: 'array', items: text },
          egressExceptIPv6: { type: 'array', items: text },
        }),
        serviceMonitor: object({ enabled: flag, interval: text, labels: free }),
      },
      ['existingSecret', 'image', 'settings'],
    ),
  };
  return { files: new Map([[FILE, `${JSON.stringify(schema, null, 2)}\n`]]), existing: [] };
}

await runGenerator(import.meta.url, helmSchema);
