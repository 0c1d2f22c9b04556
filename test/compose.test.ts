/** `docker-compose.yml` and the stand-ins beside it: valid Compose files, hardened alike in every service, with the ports that the documentation names. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { ConfigError, readConfig } from '../app/config.ts';
import { COMPOSE_VARIABLES } from '../scripts/env-example.ts';
import { COMPOSE_FILES, mergeComposeFiles, readComposeFile } from './containers/compose-file.ts';

interface Service {
  image: string;
  build?: string;
  user?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  restart: string;
  mem_limit?: string;
  pids_limit?: number;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  read_only?: boolean;
  privileged?: boolean;
  network_mode?: string;
  profiles?: string[];
  networks?: string[];
  init?: boolean;
  depends_on?: Record<string, { condition: string }>;
}

const text = COMPOSE_FILES.map((file) => readFileSync(file, 'utf8')).join('\n');
const compose = mergeComposeFiles<Service>();
const services = Object.entries(compose.services);
const oneOffs = ['migrate', 'catalog', 'drill'];
/** Services that run the image of this repository. */
const own = services.filter(([, { image }]) => image.startsWith('$' + '{IMAGE')).map(([name]) => name);
/** PostgreSQL: the database, and the scratch server of restore drills. */
const databases = ['db', 'drill'];

describe('the Compose files', () => {
  it("is valid by the Compose specification's schema", () => {
    const schema = JSON.parse(readFileSync('test/vectors/compose-spec/compose-spec.json', 'utf8'));
    const ajv = new Ajv({ strict: false, allowUnionTypes: true });
    addFormats.default(ajv, ['duration', 'uri']);
    const { $schema: _, ...rest } = schema;
    const validate = ajv.compile(rest);
    for (const file of COMPOSE_FILES)
      assert.ok(
        validate(parse(readFileSync(file, 'utf8'), { merge: true })),
        `${file}: ${JSON.stringify(validate.errors)}`,
      );
    assert.ok(!validate({ services: { web: { imagge: 'x' } } }), 'the schema refuses what it does not know');
  });

  it('has every service, each on its port, reachable from this machine only', () => {
    const ports = Object.fromEntries(
      services.flatMap(([name, service]) => (service.ports?.length ? [[name, service.ports]] : [])),
    );
    delete ports.edge; // the one that is for others: below
    const here = (...numbers: number[]) => numbers.map((number) => `127.0.0.1:${number}:${number}`);
    const { proxy, db, prometheus, alertmanager, grafana, loki, tempo, postgres_exporter, mailpit, ...others } = ports;
    const known = { proxy, db, prometheus, alertmanager, grafana, loki, tempo, postgres_exporter, mailpit };
    assert.deepEqual(known, {
      proxy: here(5000),
      db: here(5432),
      prometheus: here(9090),
      alertmanager: here(9093),
      grafana: here(3000),
      loki: here(3100),
      tempo: here(3200),
      postgres_exporter: here(9187),
      mailpit: here(1025, 8025),
    });
    // Stand-ins of features.
    for (const [name, published] of Object.entries(others))
      for (const port of published) assert.match(port, /^127\.0\.0\.1:(\d+):\1$/, name);
    for (const name of ['web', 'web-2', 'worker', 'migrate', 'alloy']) assert.ok(compose.services[name], name);
  });

  for (const [name, service] of services) {
    it(`${name} is pinned, limited and hardened, and has a health check`, () => {
      const tag = '$' + '{IMAGE:-plinth}:$' + '{RELEASE:-local}';
      if (own.includes(name)) assert.equal(service.image, tag);
      else assert.match(service.image, /:v?\d+\.\d+(\.\d+)?(-\w+)*$/, 'a version, never latest');
      assert.match(service.mem_limit ?? '', /^\d+[mg]$/);
      assert.ok(service.pids_limit! > 0 && service.pids_limit! <= 256);
      assert.deepEqual(service.cap_drop, ['ALL']);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
      assert.equal(service.read_only, true);
      assert.ok(!service.privileged && !service.network_mode);
      // PostgreSQL owns its volume, and the file of Caddy asks for a capability.
      const needed = { db: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'], caddy: ['NET_BIND_SERVICE'] };
      const isCaddy = service.image.startsWith('caddy:');
      assert.deepEqual(service.cap_add, databases.includes(name) ? needed.db : isCaddy ? needed.caddy : undefined);
      assert.equal(service.restart, oneOffs.includes(name) ? 'no' : 'unless-stopped');
      const silent = oneOffs.includes(name) && name !== 'drill';
      assert.equal(service.healthcheck?.test?.[0], silent ? undefined : 'CMD', 'a program, not a shell');
      for (const volume of service.volumes ?? []) {
        const [source, , mode] = volume.split(':') as [string, string, string?];
        if (source.startsWith('.') || source.startsWith('/')) assert.equal(mode, 'ro', `${volume} of the host`);
        else assert.ok(source in compose.volumes, `${source} is declared`);
      }
    });
  }

  it("gives Docker's socket only to the proxy that lets nothing but the reading of logs through", () => {
    const holders = services.filter(([, { volumes }]) => volumes?.some((volume) => volume.includes('docker.sock')));
    assert.deepEqual(
      holders.map(([name]) => name),
      ['docker-proxy'],
    );
    const { command, networks } = compose.services['docker-proxy']!;
    assert.ok(
      command!.includes('/docker-proxy/main.ts'),
      'monitoring/docker-proxy: its test says what it lets through',
    );
    assert.deepEqual(networks, ['docker']);
    const others = services.filter(
      ([name, service]) => name !== 'docker-proxy' && service.networks!.includes('docker'),
    );
    assert.deepEqual(
      others.map(([name]) => name),
      ['alloy'],
    );
  });

  it('tells every program its limit of memory, as it would take more than it may have', () => {
    const mebibytes = (text: string) => Number.parseInt(text, 10) * (/g/i.test(text) ? 1024 : 1);
    const image = /NODE_OPTIONS=".*--max-old-space-size=(\d+)/.exec(readFileSync('Dockerfile', 'utf8'))![1];
    for (const [name, { image: from, command = [], environment = {}, mem_limit }] of services) {
      const limit = mebibytes(mem_limit!);
      if (databases.includes(name)) {
        // Of the scratch server, in deploy/database/bin/backup-drill.
        const text = name === 'db' ? command.join(' ') : readFileSync('deploy/database/bin/backup-drill', 'utf8');
        const buffers = /shared_buffers=(\d+MB)/.exec(text)![1]!;
        assert.ok(mebibytes(buffers) <= limit / 4, 'PostgreSQL');
      } else if (own.includes(name) || from.startsWith('node:')) {
        const heap = own.includes(name) ? image : /--max-old-space-size=(\d+)/.exec(command.join(' '))?.[1];
        assert.ok(heap, `${name}: node takes its heap from --max-old-space-size`);
        assert.ok(
          Number(heap) <= limit * 0.7,
          `${name}: buffers, code and stacks come on top of ${heap} MB of ${limit}`,
        );
      } else {
        // All others are Go programs.
        const soft = mebibytes(environment.GOMEMLIMIT ?? assert.fail(`${name} has no GOMEMLIMIT`));
        assert.ok(soft >= limit * 0.5 && soft <= limit * 0.8, `${name}: ${soft} MiB of ${limit}`);
      }
    }
  });

  it('runs Node.js below a first process that passes signals on, as Terraform does', () => {
    const node = services.filter(([name, service]) => own.includes(name) || service.image.startsWith('node:'));
    assert.ok(node.length >= 5);
    for (const [name, service] of node) if (name !== 'stripe-sandbox') assert.equal(service.init, true, name);
    assert.match(readFileSync('terraform/modules/service/tasks.tf', 'utf8'), /initProcessEnabled\s*= true/);
  });

  it('lets programs reach only what they use, also those with a published port', () => {
    const all = services.flatMap(([name, { networks = [] }]) => networks.map((network) => [network, name] as const));
    const reachable = (name: string) => {
      const mine = all.filter(([, other]) => other === name).map(([network]) => network);
      return new Set(
        all.filter(([network, other]) => mine.includes(network) && other !== name).map(([, other]) => other),
      );
    };
    const api = ['web', 'web-2'];
    const service = [...api, 'worker', 'migrate'];
    const seen = (name: string) => [...reachable(name)].sort();
    assert.deepEqual(
      seen('db'),
      [...service, 'postgres_exporter', 'catalog', 'drill'].filter((name) => compose.services[name]).sort(),
    );
    assert.deepEqual(seen('docker-proxy'), ['alloy']);
    // The stand-ins reach the service, which calls them, and nothing of the monitoring or the database.
    for (const [name] of services.filter(([, { networks = [] }]) => networks.includes('stand-ins')))
      if (!own.includes(name))
        for (const other of ['db', 'prometheus', 'postgres_exporter', 'loki', 'grafana', 'docker-proxy', 'proxy'])
          assert.ok(!reachable(name).has(other), `${name} reaches ${other}`);
    for (const name of ['proxy', 'edge'])
      for (const other of ['db', 'worker', 'migrate'].filter((one) => one !== 'worker'))
        assert.ok(!reachable(name).has(other), `${name} reaches ${other}`);
    // A network with a way out holds one program, except that of the service itself.
    for (const [name, network] of Object.entries(compose.networks)) {
      if ((network as { internal?: boolean }).internal) continue;
      const members = all.filter(([each]) => each === name).map(([, member]) => member);
      if (name === 'outside')
        assert.deepEqual(members.sort(), [...service, ...(compose.services.catalog ? ['catalog'] : [])].sort());
      else assert.equal(members.length, 1, `${name}: ${members}`);
    }
    for (const [name, { ports, networks = [] }] of services)
      if (ports?.length)
        assert.ok(
          networks.some((network) => network.startsWith('port-')),
          name,
        );
  });

  it('lets Prometheus scrape every program that has metrics', () => {
    interface Job {
      job_name: string;
      static_configs?: unknown[];
      dns_sd_configs?: { names: string[] }[];
      file_sd_configs?: { files: string[] }[];
    }
    const read = (file: string) => parse(readFileSync(`monitoring/prometheus/${file}`, 'utf8'));
    const jobs: Job[] = read('prometheus.yml').scrape_configs;
    const files = jobs.flatMap((job) => (job.file_sd_configs ?? []).flatMap((each) => each.files));
    const scraped = [
      ...jobs.filter((job) => job.static_configs).map((job) => job.job_name),
      ...jobs.flatMap((job) => (job.dns_sd_configs ?? []).flatMap(({ names }) => names)),
      ...files.flatMap((file) => read(file).flatMap(({ targets }: { targets: string[] }) => targets)),
    ];
    const found = new Set(scraped.map((target) => target.split(':')[0]!));
    // Without metrics of their own: the database has an exporter, and the others are of development, or tell Prometheus nothing.
    const silent = ['db', 'drill', 'migrate', 'catalog', 'docker-proxy', 'mailpit', 'stripe-sandbox'];
    for (const [name] of services) assert.equal(found.has(name), !silent.includes(name), name);
    for (const name of found) {
      assert.ok(compose.services[name], `${name} is a service`);
      assert.ok(compose.services[name]!.networks!.includes('monitoring'), `${name} is in reach`);
    }
  });

  it('leads links in notifications to where a person reaches Prometheus and Alertmanager', () => {
    for (const [name, port] of [
      ['prometheus', 9090],
      ['alertmanager', 9093],
    ] as const)
      assert.ok(compose.services[name]!.command!.includes(`--web.external-url=http://localhost:${port}`), name);
    assert.ok(compose.services.prometheus!.command!.some((flag) => flag.startsWith('--rules.alert.for-grace-period=')));
  });

  it('starts the service itself in development only: elsewhere, that is what ./plinth release is for', () => {
    for (const [name, { profiles, image }] of services) {
      if (own.includes(name)) assert.deepEqual(profiles, ['development'], name);
      else if (name === 'edge' || name === 'drill') assert.deepEqual(profiles, [name]);
      else if (/^(proxy|db|mailpit|stripe-sandbox)$/.test(name)) assert.equal(profiles, undefined, name);
      else assert.deepEqual(profiles, ['monitoring'], `${name}: ${image}`);
    }
    assert.equal(COMPOSE_VARIABLES.COMPOSE_PROFILES!.example, 'development,monitoring');
  });

  it('runs Alloy as the user that owns its folder, because root without capabilities cannot write there', () => {
    assert.equal(compose.services.alloy!.user, '473:473');
  });

  it('configures Tempo only with sections that Tempo 3 accepts, as it does not start otherwise', () => {
    const known = ['server', 'distributor', 'storage', 'overrides', 'usage_report', 'live_store', 'backend_scheduler'];
    for (const section of Object.keys(parse(readFileSync('monitoring/tempo/tempo.yml', 'utf8'))))
      assert.ok(known.includes(section), section);
    assert.match(compose.services.tempo!.image, /^grafana\/tempo:3\./);
  });

  it('migrates before the service starts, after the database is ready', () => {
    const { web, worker, migrate } = compose.services;
    for (const role of [web!, compose.services['web-2']!, worker!])
      assert.equal(role.depends_on!.migrate!.condition, 'service_completed_successfully');
    assert.equal(migrate!.depends_on!.db!.condition, 'service_healthy');
  });

  it('mounts folders and files that exist', () => {
    for (const [name, { volumes = [], command = [] }] of services) {
      for (const [source, target] of volumes.map((volume) => volume.split(':') as [string, string])) {
        // Monitoring can be removed from a project: then its configuration files are absent.
        if (!source.startsWith('./') || !existsSync('monitoring/grafana')) continue;
        assert.ok(existsSync(source), `${name}: ${source}`);
        for (const argument of command) {
          const file = argument.split('=').at(-1)!;
          if (file.startsWith(`${target}/`))
            assert.ok(existsSync(source + file.slice(target.length)), `${name}: ${file}`);
        }
      }
    }
  });

  it('requires its secrets, contains none, and uses only variables of .env.example', () => {
    const example = new Map(
      readFileSync('.env.example', 'utf8')
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
    );
    const code = text.replace(/^\s*#.*$/gm, '');
    // Compose itself sets the name of the project, and `./plinth drill` what to restore.
    for (const [, name] of code.matchAll(/\$\{(\w+)/g))
      assert.ok(
        example.has(name!) || ['COMPOSE_PROJECT_NAME', 'DRILL_TARGET'].includes(name!),
        `${name} is not in .env.example`,
      );
    const required = new Set([...code.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!));
    assert.deepEqual([...required].sort(), ['APP_SECRET', 'GRAFANA_ADMIN_PASSWORD', 'POSTGRES_PASSWORD']);
    for (const name of required)
      assert.ok(example.get(name), `${name} has a value, so that a copy of .env.example starts`);
    for (const name of Object.keys(COMPOSE_VARIABLES))
      assert.ok(
        example.has(name) && (text.includes(name) || ['COMPOSE_FILE', 'COMPOSE_PROFILES'].includes(name)),
        name,
      );
    assert.equal(example.get('COMPOSE_FILE'), COMPOSE_FILES.join(':'));
    for (const [name, { environment = {} }] of services) {
      for (const [variable, value] of Object.entries(environment))
        if (/PASS|SECRET$|_KEY$/.test(variable)) assert.match(String(value), /^(\$\{|$)/, `${name}: ${variable}`);
    }
  });

  it('names the database in one place: service, exporter and the commands in db follow .env, one by one', () => {
    const elsewhere = 'postgres://plinth:x@db.example.com/shop';
    for (const [env, expected] of [
      [{}, /^postgres:\/\/plinth_service:.*\/plinth\?/],
      [{ POSTGRES_DB: 'plinth_restored' }, /@db:5432\/plinth_restored\?sslmode=disable$/],
      [{ POSTGRES_DB: 'plinth_restored', DATABASE_URL: elsewhere }, /^postgres:\/\/plinth:x@db\.example\.com\/shop$/],
    ] as const) {
      const { web, db, postgres_exporter, ...others } = readComposeFile(env);
      const url = web!.environment.DATABASE_URL;
      assert.match(url!, expected);
      const ofService = Object.values(others).filter(({ image }) => image === web!.image);
      assert.ok(ofService.length >= 2, 'worker and migrate, and the one-off commands of features');
      for (const one of [...ofService, db]) assert.equal(one!.environment.DATABASE_URL, url);
      assert.equal(postgres_exporter!.environment.DATA_SOURCE_NAME, url);
      const { POSTGRES_DB, PGDATABASE } = db!.environment;
      assert.equal(POSTGRES_DB, 'POSTGRES_DB' in env ? env.POSTGRES_DB : 'plinth');
      assert.equal(PGDATABASE, POSTGRES_DB);
    }
    const code = text.replace(/^\s*#.*$/gm, '');
    assert.equal(code.match(/5432\/|dbname|DATA_SOURCE_URI/g)?.length, 1, 'the URL is written once');
    assert.equal(readComposeFile().drill!.environment.DATABASE_URL, readComposeFile().db!.environment.DATABASE_URL);
  });

  it('lets the commands in db sign in as the superuser, and the service as a role of its own, with the same password', () => {
    const { db, web } = readComposeFile({ POSTGRES_PASSWORD: 's3cret' });
    const { username, password } = new URL(web!.environment.DATABASE_URL!);
    assert.equal(username, 'plinth_service');
    assert.match(
      readFileSync('deploy/database/bin/database-role', 'utf8'),
      /alter role plinth_service login nosuperuser/,
    );
    assert.deepEqual([db!.environment.PGUSER, db!.environment.PGPASSWORD], ['plinth', password]);
    assert.equal(db!.environment.POSTGRES_USER, 'plinth');
  });
});

describe('docs/deploy.md under Compose, followed to the letter', () => {
  /** Set as the table of the page says. */
  const set = {
    APP_ENV: 'production',
    APP_SECRET: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
    APP_URL: 'https://app.example.com',
    API_URL: 'https://api.example.com',
    EMAIL_FROM: 'Plinth <no-reply@example.com>',
  };
  const smtp = { SMTP_URL: 'smtps://user:pass@smtp.example.com' };
  const passwords = { POSTGRES_PASSWORD: 'b7NcJ4hGfD1sPaE9', GRAFANA_ADMIN_PASSWORD: 'q8Zr2vLk0WmX5tYb' };
  const alone = { COMPOSE_FILE: '', COMPOSE_PROFILES: 'monitoring' };
  /** The settings that lead the service to the stand-ins of features. */
  const { 'x-stand-ins': standIns } = parse(readFileSync('docker-compose.stand-ins.yml', 'utf8'), { merge: true });
  const ofFeatures = Object.keys(standIns.environment)
    .filter((name) => !['APP_URL', 'API_URL', 'SMTP_URL'].includes(name))
    .sort();

  function refusedBy(env: Record<string, string>, role: string): string[] {
    try {
      readConfig(readComposeFile(env)[role]!.environment);
      return [];
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.faults.map((fault) => fault.split(' ')[0]!).sort();
    }
  }

  for (const role of ['migrate', 'web', 'web-2', 'worker'])
    it(`${role} either starts as a production that holds nothing of development, or names what is left of it`, () => {
      // Only `migrate`, which runs before the others, is given the passwords of other programs.
      const known = ['DATABASE_URL', ...(role === 'migrate' ? ['GRAFANA_ADMIN_PASSWORD', 'POSTGRES_PASSWORD'] : [])];
      const left = ['COMPOSE_FILE', 'COMPOSE_PROFILES'];
      assert.deepEqual(refusedBy(set, role), [...known, ...left, 'SMTP_URL', ...ofFeatures].sort());
      assert.deepEqual(refusedBy({ ...set, ...smtp, ...passwords }, role), [...left, ...ofFeatures].sort());
      assert.deepEqual(refusedBy({ ...set, ...smtp, ...alone }, role), known);
      assert.deepEqual(refusedBy({ ...set, ...passwords, ...alone }, role), ['SMTP_URL']);
      assert.deepEqual(refusedBy({ ...set, ...smtp, ...passwords, ...alone }, role), []);

      const { environment } = readComposeFile({ ...set, ...smtp, ...passwords, ...alone })[role]!;
      const config = readConfig(environment);
      assert.equal(config.networkLimitFactor, 1);
      assert.equal(config.otelTracesSamplerArg, 0.05);
      for (const name of ofFeatures) {
        const key = name.toLowerCase().replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
        const value = (config as Record<string, unknown>)[key];
        assert.ok(value === undefined || (Array.isArray(value) && value.length === 0), `${name} is ${value}`);
      }
    });
});
