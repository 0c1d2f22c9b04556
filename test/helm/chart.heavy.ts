/** The Helm chart, rendered by the real Helm and validated against the schemas of Kubernetes. `npm run test:helm` builds what it needs. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parseAllDocuments, stringify } from 'yaml';
import { writeSchemas } from './schemas.ts';

const { HELM = 'helm', KUBECONFORM = 'kubeconform', KUBERNETES = '' } = process.env;
const versions = KUBERNETES.trim()
  .split(/\s+/)
  .map((entry) => entry.split('=') as [version: string, document: string]);
const CHART = 'deploy/helm';
const VALUES = {
  image: { repository: 'registry.example.com/plinth', tag: '1.4.0' },
  existingSecret: 'plinth',
  settings: { API_URL: 'https://api.example.com', EMAIL_FROM: 'Plinth <hello@example.com>' },
};
/** Every part of the chart. */
const EVERYTHING = {
  ...VALUES,
  image: { ...VALUES.image, tag: `sha256:${'a'.repeat(64)}`, pullSecrets: ['registry'] },
  api: {
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'a', operator: 'Exists' }],
    affinity: { nodeAffinity: {} },
  },
  worker: { autoscaling: { enabled: true } },
  ingress: {
    enabled: true,
    className: 'nginx',
    host: 'api.example.com',
    tlsSecret: 'certificate',
    annotations: { a: 'b' },
  },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  networkPolicy: { from: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }] },
};
const LEAST = {
  ...VALUES,
  api: { autoscaling: { enabled: false } },
  migration: { enabled: false },
  podDisruptionBudget: { enabled: false },
  networkPolicy: { enabled: false },
};

// biome-ignore lint/suspicious/noExplicitAny: manifests of any kind
type Manifest = any;

describe('the Helm chart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-helm-'));
  after(() => rmSync(folder, { recursive: true }));
  let files = 0;
  const valuesFile = (values: object) => {
    const file = join(folder, `values-${++files}.yaml`);
    writeFileSync(file, stringify(values));
    return file;
  };
  const helm = (command: string, values: object, ...more: string[]) =>
    spawnSync(
      HELM,
      [
        ...(command === 'lint' ? ['lint', CHART, '--strict'] : ['template', 'acme', CHART]),
        '--values',
        valuesFile(values),
        ...more,
      ],
      {
        encoding: 'utf8',
      },
    );
  function render(values: object): Manifest[] {
    const { status, stdout, stderr } = helm('template', values, '--kube-version', versions.at(-1)![0]);
    assert.equal(status, 0, stderr);
    return parseAllDocuments(stdout).flatMap((document) => document.toJS() ?? []);
  }

  for (const [name, values] of Object.entries({ VALUES, EVERYTHING, LEAST })) {
    it(`is linted with ${name.toLowerCase()}`, () => {
      const { status, stdout } = helm('lint', values);
      assert.equal(status, 0, stdout);
    });
  }

  for (const [version, document] of versions) {
    it(`is valid in Kubernetes ${version}, with every part and with the fewest`, () => {
      const schemas = join(folder, version);
      for (const values of [VALUES, EVERYTHING, LEAST]) {
        const { stdout, stderr, status } = helm('template', values, '--kube-version', version);
        assert.equal(status, 0, stderr);
        const manifests = parseAllDocuments(stdout).flatMap((one) => one.toJS() ?? []);
        const kinds = new Set<string>(manifests.map(({ kind }: Manifest) => kind));
        assert.ok(writeSchemas(document, schemas, kinds) >= kinds.size - 1);
        // The schema of the Prometheus Operator is in no module that Go's proxy serves.
        const args = [
          '-strict',
          '-summary',
          '-skip',
          'ServiceMonitor',
          '-schema-location',
          `${schemas}/{{.ResourceKind}}{{.KindSuffix}}.json`,
        ];
        const checked = spawnSync(KUBECONFORM, [...args, '-'], { input: stdout, encoding: 'utf8' });
        assert.equal(checked.status, 0, checked.stdout + checked.stderr);
        const skipped = values === EVERYTHING ? 1 : 0;
        assert.match(
          checked.stdout,
          new RegExp(`Valid: ${manifests.length - skipped}, Invalid: 0, Errors: 0, Skipped: ${skipped}`),
        );
      }
      // The check can fail: a field that does not exist, and a wrong type.
      const broken = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'a' },
        spec: { replicas: 'two', selector: {}, template: { sepc: {} } },
      };
      const refused = spawnSync(
        KUBECONFORM,
        ['-strict', '-schema-location', `${schemas}/{{.ResourceKind}}{{.KindSuffix}}.json`, '-'],
        {
          input: stringify(broken),
          encoding: 'utf8',
        },
      );
      assert.equal(refused.status, 1);
      assert.match(refused.stdout, /replicas/);
      assert.match(refused.stdout, /sepc/);
    });
  }

  it('runs both roles and the migration without rights, and has every secret from an existing Secret', () => {
    const manifests = render(VALUES);
    const pods = manifests
      .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
      .map(({ spec }) => spec.template.spec);
    const commands = pods.map(({ containers }) => containers[0].command.slice(1).join(' '));
    assert.deepEqual(commands.sort(), ['app/cli.ts migrate', 'app/main.ts api', 'app/main.ts worker']);
    for (const { securityContext, automountServiceAccountToken, containers } of pods) {
      assert.deepEqual([securityContext.runAsNonRoot, automountServiceAccountToken], [true, false]);
      for (const container of containers) {
        assert.deepEqual(container.securityContext, {
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
        assert.deepEqual(container.envFrom, [{ secretRef: { name: 'plinth' } }]);
        assert.ok(container.resources.limits.memory);
      }
    }
    assert.deepEqual(
      manifests.filter(({ kind }) => kind === 'Secret' || kind === 'ConfigMap'),
      [],
    );
  });

  it('selects by each budget, policy, service and scaler what a deployment has', () => {
    const manifests = render(EVERYTHING);
    const deployments = manifests.filter(({ kind }) => kind === 'Deployment');
    const labels = manifests
      .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
      .map(({ spec }) => spec.template.metadata.labels as Record<string, string>);
    const selected = (selector: Record<string, string>) =>
      labels.filter((one) => Object.entries(selector).every(([name, value]) => one[name] === value)).length;
    for (const { kind, spec, metadata } of manifests) {
      if (kind === 'PodDisruptionBudget') assert.equal(selected(spec.selector.matchLabels), 1, metadata.name);
      if (kind === 'NetworkPolicy') assert.equal(selected(spec.podSelector.matchLabels), 1, metadata.name);
      if (kind === 'Service') assert.equal(selected(spec.selector), 1, metadata.name);
      if (kind === 'HorizontalPodAutoscaler')
        assert.ok(
          deployments.some((one) => one.metadata.name === spec.scaleTargetRef.name && one.spec.replicas === undefined),
        );
    }
    const monitor = manifests.find(({ kind }) => kind === 'ServiceMonitor');
    const services = manifests.filter(({ kind }) => kind === 'Service');
    const watched = services.filter(({ metadata }) =>
      Object.entries(monitor.spec.selector.matchLabels).every(([name, value]) => metadata.labels[name] === value),
    );
    assert.deepEqual(
      watched.map(({ spec }) => spec.ports[0].name),
      ['metrics', 'metrics'],
    );
  });

  it('refuses a setting that does not exist, that it sets itself, or that is a secret, and values that miss what is required', () => {
    const refused = (values: object) => {
      const { status, stderr } = helm('template', values, '--kube-version', versions.at(-1)![0]);
      assert.notEqual(status, 0);
      return stderr;
    };
    const withSetting = (settings: object) => ({ ...VALUES, settings: { ...VALUES.settings, ...settings } });
    for (const name of ['LOG_LEVLE', 'PORT', 'APP_SECRET', 'STAND_INS'])
      assert.match(refused(withSetting({ [name]: 'x' })), new RegExp(`'${name}' not allowed`));
    assert.match(refused({ ...VALUES, settings: {} }), /missing properties .*API_URL/);
    assert.match(refused({ ...VALUES, existingSecret: '' }), /existingSecret/);
    assert.match(refused({ ...VALUES, apii: {} }), /apii/);
  });

  it('is what docs/platforms.md prints', () => {
    const page = readFileSync('docs/platforms.md', 'utf8');
    const [, values] = /```yaml values\.yaml\n(.*?)```/s.exec(page) ?? [];
    assert.ok(values, 'the page has values.yaml');
    const file = join(folder, 'page.yaml');
    writeFileSync(file, values);
    const kube = versions.at(-1)![0];
    const rendered = execFileSync(HELM, ['template', 'plinth', CHART, '--values', file, '--kube-version', kube], {
      encoding: 'utf8',
    });
    assert.match(rendered, /name: plinth-api/);
  });
});
