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
  depends_on?: Record<string, { condition: string }>;
}

const text = COMPOSE_FILES.map((file) => readFileSync(file, 'utf8')).join('\n');
const compose = mergeComposeFiles<Service>();
const services = Object.entries(compose.services);
const oneOffs = ['migrate', 'catalog'];
/** Services without a health check: their images contain no program that could make the request. */
const cannotAskThemselves = ['tempo'];

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
      services.flatMap(([name, service]) => (service.ports ? [[name, service.ports]] : [])),
    );
    const here = (...numbers: number[]) => numbers.map((number) => `127.0.0.1:${number}:${number}`);
    const { web, db, prometheus, alertmanager, grafana, loki, tempo, postgres_exporter, mailpit, ...others } = ports;
    const own = { web, db, prometheus, alertmanager, grafana, loki, tempo, postgres_exporter, mailpit };
    assert.deepEqual(own, {
      web: here(5000),
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
    for (const name of ['worker', 'migrate', 'alloy']) assert.ok(compose.services[name], name);
  });

  for (const [name, service] of services) {
    it(`${name} is pinned, limited and hardened, and has a health check`, () => {
      if (service.build) assert.equal(service.image, 'plinth:local');
      else assert.match(service.image, /:v?\d+\.\d+(\.\d+)?(-\w+)*$/, 'a version, never latest');
      assert.match(service.mem_limit ?? '', /^\d+[mg]$/);
      assert.ok(service.pids_limit! > 0 && service.pids_limit! <= 256);
      assert.deepEqual(service.cap_drop, ['ALL']);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
      assert.equal(service.read_only, true);
      assert.ok(!service.privileged && !service.network_mode);
      assert.equal(
        service.cap_add !== undefined,
        name === 'db',
        'only PostgreSQL needs capabilities, to own its volume',
      );
      assert.equal(service.restart, oneOffs.includes(name) ? 'no' : 'unless-stopped');
      const silent = [...oneOffs, ...cannotAskThemselves].includes(name);
      assert.equal(service.healthcheck?.test?.[0], silent ? undefined : 'CMD', 'a program, not a shell');
      for (const volume of service.volumes ?? []) {
        const [source, , mode] = volume.split(':') as [string, string, string?];
        if (source.startsWith('.') || source.startsWith('/')) assert.equal(mode, 'ro', `${volume} of the host`);
        else assert.ok(source in compose.volumes, `${source} is declared`);
      }
    });
  }

  it("gives Docker's socket only to the read-only proxy, which allows no change", () => {
    const holders = services.filter(([, { volumes }]) => volumes?.some((volume) => volume.includes('docker.sock')));
    assert.deepEqual(
      holders.map(([name]) => name),
      ['docker-proxy'],
    );
    assert.equal(compose.services['docker-proxy']!.environment!.POST, '0');
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
    for (const role of [web!, worker!])
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
    for (const [, name] of code.matchAll(/\$\{(\w+)/g)) assert.ok(example.has(name!), `${name} is not in .env.example`);
    const required = new Set([...code.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!));
    assert.deepEqual([...required].sort(), ['APP_SECRET', 'GRAFANA_ADMIN_PASSWORD', 'POSTGRES_PASSWORD']);
    for (const name of required)
      assert.ok(example.get(name), `${name} has a value, so that a copy of .env.example starts`);
    for (const name of Object.keys(COMPOSE_VARIABLES))
      assert.ok(example.has(name) && (text.includes(name) || name === 'COMPOSE_FILE'), name);
    assert.equal(example.get('COMPOSE_FILE'), COMPOSE_FILES.join(':'));
    for (const [name, { environment = {} }] of services) {
      for (const [variable, value] of Object.entries(environment))
        if (/PASS|SECRET$|_KEY$/.test(variable)) assert.match(String(value), /^\$\{/, `${name}: ${variable}`);
    }
  });

  it('names the database in one place: service, exporter and the commands in db follow .env, one by one', () => {
    const elsewhere = 'postgres://plinth:x@db.example.com/shop';
    for (const [env, expected] of [
      [{}, /\/plinth\?/],
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
  });

  it('lets the commands in db sign in, as whom and with what password the service does', () => {
    const { db, web } = readComposeFile({ POSTGRES_PASSWORD: 's3cret' });
    const { username, password } = new URL(web!.environment.DATABASE_URL!);
    assert.deepEqual([db!.environment.PGUSER, db!.environment.PGPASSWORD], [username, password]);
    assert.equal(db!.environment.POSTGRES_USER, username);
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
  const alone = { COMPOSE_FILE: '' };
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

  for (const role of ['migrate', 'web', 'worker'])
    it(`${role} either starts as a production that holds nothing of development, or names what is left of it`, () => {
      const known = ['DATABASE_URL', 'GRAFANA_ADMIN_PASSWORD', 'POSTGRES_PASSWORD'];
      assert.deepEqual(refusedBy(set, role), [...known, 'SMTP_URL', ...ofFeatures].sort());
      assert.deepEqual(refusedBy({ ...set, ...smtp, ...passwords }, role), ofFeatures);
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
