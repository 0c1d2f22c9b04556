/**
 * Checks that Compose, the ECS task definitions, the image and the table of settings agree on variables, ports, health paths and stop timeouts.
 * app/config.test.ts checks that `.env.example` has the same settings.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { Setting } from '../app/platform/settings/settings.ts';
import { settings } from '../app/settings.ts';
import { COMPOSE_VARIABLES } from '../scripts/env-example.ts';
import { mergeComposeFiles } from './containers/compose-file.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const table = Object.entries<Setting<unknown>>(settings);
const developmentOnly = table.flatMap(([name, { meaning }]) => (meaning.startsWith('Development only') ? [name] : []));
const fallback = (name: keyof typeof settings) => (settings[name] as Setting<unknown>).fallback;

interface Service {
  command: string[];
  environment: Record<string, string>;
  healthcheck: { test: string[] };
  stop_grace_period: string;
  ports: string[];
  logging?: { options: { mode?: string } };
}
const compose = mergeComposeFiles<Service>();

/** The quoted strings of a Terraform list. */
function terraformList(file: string, name: string): string[] {
  const body = new RegExp(`\\b${name}\\s*=\\s*\\[([^\\]]*)\\]`).exec(read(file))?.[1];
  assert.ok(body !== undefined, `${file} has no list ${name}`);
  return [...body.matchAll(/"([A-Z_]+)"/g)].map(([, item]) => item!);
}

const lists = 'terraform/modules/settings/main.tf';
const tasks = read('terraform/modules/service/tasks.tf');

describe('deployments', () => {
  it('Terraform knows every setting that is not for development only, and no other', () => {
    const names = ['required_secrets', 'optional_secrets', 'derived_settings', 'optional_settings'];
    const known = names.flatMap((name) => terraformList(lists, name));
    const wanted = table.map(([name]) => name).filter((name) => !developmentOnly.includes(name));
    const advice = 'a new setting of app/settings.ts also belongs into one list of terraform/modules/settings/main.tf';
    assert.deepEqual(known.toSorted(), wanted.toSorted(), advice);
  });

  it('Terraform keeps secrets, and only secrets, in Secrets Manager, and requires those that the service requires', () => {
    const required = terraformList(lists, 'required_secrets');
    const optional = terraformList(lists, 'optional_secrets');
    const secret = table.filter(([, setting]) => setting.secret);
    const named = (rows: typeof table) => rows.map(([name]) => name).toSorted();
    assert.deepEqual(required, named(secret.filter(([, setting]) => setting.required)));
    assert.deepEqual(optional.toSorted(), named(secret.filter(([, setting]) => !setting.required)));
    const derived = terraformList(lists, 'derived_settings');
    for (const [name, setting] of table)
      if (setting.required && !setting.secret) assert.ok(derived.includes(name), `${name} is required`);
  });

  it('Compose gives the service every setting of .env, and overrides only settings that exist', () => {
    // Web, worker, migrate, and the one-off commands of features: everything that has the service's settings.
    const ofService = Object.entries(compose.services).filter(([, service]) => 'env_file' in service);
    assert.ok(ofService.length >= 3, 'web, worker and migrate, and the one-off commands of features');
    for (const [role, service] of ofService as [string, Service & { env_file: string[] }][]) {
      assert.deepEqual(service.env_file, ['.env'], role);
      for (const [name, value] of Object.entries(service.environment))
        assert.ok(name in settings || (name in COMPOSE_VARIABLES && value === ''), `${role}: ${name}`);
    }
  });

  it('Compose and Terraform start the same commands, and use the same health check as the image', () => {
    const health = /HEALTHCHECK .* CMD (\[.*\])/.exec(read('Dockerfile'))?.[1] ?? '[]';
    const check = ['CMD', ...(JSON.parse(health) as string[])];
    assert.deepEqual(check, ['CMD', 'node', 'app/healthcheck.ts']);
    for (const [service, role] of [
      ['web', 'api'],
      ['worker', 'worker'],
      ['migrate', 'migrate'],
    ] as const) {
      const [program, ...command] = compose.services[service]!.command;
      assert.equal(program, 'node');
      const own = new RegExp(`${role} = \\{\\s*command = (\\[.*\\])`).exec(tasks)?.[1];
      assert.deepEqual(JSON.parse(own ?? '[]'), command, `command of ${role}`);
      if (role !== 'migrate') assert.deepEqual(compose.services[service]!.healthcheck.test, check);
    }
    assert.ok(tasks.includes(`command = ${JSON.stringify(check).replaceAll(',', ', ')}`), 'health check of the tasks');
  });

  it('all use the same ports, and load balancers check /readyz', () => {
    const [port, metricsPort] = [fallback('PORT'), fallback('METRICS_PORT')];
    assert.match(read('Dockerfile'), new RegExp(`^EXPOSE ${port} ${metricsPort}$`, 'm'));
    assert.match(
      read('terraform/modules/platform/settings.tf'),
      new RegExp(`ports = \\{ api = ${port}, metrics = ${metricsPort} \\}`),
    );
    assert.deepEqual(compose.services.proxy!.ports, [`127.0.0.1:${port}:${port}`]);
    const copies = ['web', 'web-2'];
    for (const copy of copies) {
      const { environment } = compose.services[copy]!;
      assert.deepEqual([environment.PORT, environment.METRICS_PORT], [String(port), String(metricsPort)]);
    }
    const upstreams = copies.map((copy) => `${copy}:${port}`).join(' ');
    const proxy = read('monitoring/caddy/service.caddy');
    assert.match(proxy, new RegExp(`^reverse_proxy ${upstreams} \\{\\n\\s*health_uri /readyz$`, 'm'));
    for (const file of ['Caddyfile', 'edge.Caddyfile'])
      assert.match(read(`monitoring/caddy/${file}`), /^\s*import service\.caddy$/m);
    assert.match(read('monitoring/caddy/Caddyfile'), new RegExp(`^:${port} `, 'm'));
    assert.match(read('terraform/modules/load-balancer/main.tf'), /path\s*=\s*"\/readyz"/);
  });

  it('no reader of the log stops a program: Docker and CloudWatch drop lines that they cannot write', () => {
    for (const [name, { logging }] of Object.entries(compose.services))
      assert.equal(logging?.options.mode, 'non-blocking', name);
    assert.match(tasks, /logDriver = "awslogs"[^}]*\bmode\s*=\s*"non-blocking"/);
  });

  it('series of two tasks on AWS differ by `instance`, and the collector starts again when it has ended', () => {
    const collector = read('terraform/modules/service/collector.yaml.tftpl');
    assert.match(collector, /key: service\.instance\.id\s+from_attribute: aws\.ecs\.task\.arn\s+action: upsert/);
    assert.match(collector, /processors: \[memory_limiter, resourcedetection, resource\/instance, batch\]/);
    assert.match(read('terraform/modules/service/collector.tf'), /restartPolicy\s*= \{ enabled = true/);
    assert.match(read('terraform/modules/monitoring/alarms.tf'), /queue-age = \{[^}]*missing = "breaching"/);
  });

  it('the examples of docs/platforms.md have the ports, paths, commands and times of the service', () => {
    const page = read('docs/platforms.md');
    interface Container {
      command: string[];
      ports?: { name: string; containerPort: number }[];
      readinessProbe?: { httpGet: { path: string; port: string }; periodSeconds: number };
      livenessProbe?: { httpGet: { path: string; port: string }; initialDelaySeconds: number };
      resources?: { limits: { memory: string } };
    }
    interface Manifest {
      kind: string;
      spec?: { template?: { spec: { terminationGracePeriodSeconds?: number; containers: Container[] } } };
    }
    const blocks = [...page.matchAll(/^```yaml [\w.-]+\n(.*?)^```/gms)].flatMap(([, text]) =>
      parseAllDocuments(text!).map((document) => document.toJS() as Manifest),
    );
    const drain = Number(fallback('DRAIN_DELAY_SECONDS')) + Number(fallback('DRAIN_LIMIT_SECONDS'));
    const seen: string[] = [];
    for (const { kind, spec } of blocks) {
      if (!spec?.template) continue;
      const { terminationGracePeriodSeconds, containers } = spec.template.spec;
      for (const { command, ports = [], readinessProbe, livenessProbe, resources } of containers) {
        const [program, ...rest] = command;
        const role = rest.at(-1)!;
        seen.push(role);
        assert.equal(program, 'node');
        const own = { api: 'web', worker: 'worker', migrate: 'migrate' }[role]!;
        assert.deepEqual(command, compose.services[own]!.command);
        if (kind !== 'Deployment') continue;
        assert.ok(terminationGracePeriodSeconds! >= drain + 10);
        const port = (name: string) => ports.find((one) => one.name === name)?.containerPort;
        assert.equal(port('metrics'), fallback('METRICS_PORT'));
        assert.deepEqual(livenessProbe!.httpGet, { path: '/livez', port: 'metrics' });
        assert.ok(livenessProbe!.initialDelaySeconds > Number(fallback('START_PATIENCE_SECONDS')));
        assert.equal(resources!.limits.memory, '768Mi');
        if (role !== 'api') continue;
        assert.equal(port('http'), fallback('PORT'));
        assert.deepEqual(readinessProbe!.httpGet, { path: '/readyz', port: 'http' });
        assert.ok(readinessProbe!.periodSeconds < Number(fallback('DRAIN_DELAY_SECONDS')));
      }
    }
    assert.deepEqual(seen, ['migrate', 'api', 'worker']);
    assert.ok(Number(/TimeoutStopSec=(\d+)/.exec(page)![1]) >= drain + 10);
  });

  it('the Helm chart has the ports, paths, commands and times of the service', () => {
    const chart = read('deploy/helm/templates/_helpers.tpl');
    const drain = Number(fallback('DRAIN_DELAY_SECONDS')) + Number(fallback('DRAIN_LIMIT_SECONDS'));
    const figure = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(chart)?.[1]);
    for (const [name, variable] of [['http', 'PORT'] as const, ['metrics', 'METRICS_PORT'] as const]) {
      assert.ok(chart.includes(`name: ${name}, containerPort: ${fallback(variable)} }`), name);
      assert.ok(chart.includes(`{ name: ${variable}, value: "${fallback(variable)}" }`), variable);
    }
    assert.ok(figure('terminationGracePeriodSeconds') >= drain + 10);
    assert.ok(figure('initialDelaySeconds') > Number(fallback('START_PATIENCE_SECONDS')));
    assert.ok(figure('periodSeconds') < Number(fallback('DRAIN_DELAY_SECONDS')));
    assert.match(chart, /readinessProbe: \{ httpGet: \{ path: \/readyz, port: http \}/);
    assert.match(chart, /livenessProbe: \{ httpGet: \{ path: \/livez, port: metrics \}/);
    assert.match(chart, /command: \[node, app\/main\.ts, \{\{ \.role \}\}\]/);
  });

  it('nothing is killed while it is still draining', () => {
    const { environment, stop_grace_period } = compose.services.web!;
    const drain = Number(environment.DRAIN_DELAY_SECONDS) + Number(environment.DRAIN_LIMIT_SECONDS);
    assert.equal(drain, Number(fallback('DRAIN_DELAY_SECONDS')) + Number(fallback('DRAIN_LIMIT_SECONDS')));
    assert.ok(Number.parseInt(stop_grace_period, 10) >= drain + 5, 'Compose');
    assert.match(
      read('terraform/modules/service/main.tf'),
      /stop_timeout = var\.drain\.delay_seconds \+ var\.drain\.limit_seconds \+ 10/,
    );
  });
});
