import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isDeepStrictEqual, parseEnv } from 'node:util';
import { COMPOSE_VARIABLES, envExample } from '../scripts/env-example.ts';
import { ConfigError, readConfig } from './config.ts';
import { DEVELOPMENT_SECRET, EXAMPLE_SECRET } from './platform/settings/development-values.ts';
import type { Setting } from './platform/settings/settings.ts';
import { settings } from './settings.ts';

const table = Object.entries<Setting<unknown>>(settings);
const required = table.filter(([, setting]) => setting.required).map(([name]) => name);
const composeOnly = Object.keys(COMPOSE_VARIABLES).filter((name) => COMPOSE_VARIABLES[name]!.developmentOnly);
const secrets = table.filter(([, setting]) => setting.secret).map(([name]) => name);

const LIVE = {
  APP_ENV: 'production',
  DATABASE_URL: 'postgres://plinth:dGVzdA@db.internal/plinth',
  APP_URL: 'https://app.example.com',
  API_URL: 'https://api.example.com',
  APP_SECRET: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
  SMTP_URL: 'smtps://user:pass@smtp.example.com',
  EMAIL_FROM: 'Plinth <no-reply@example.com>',
};

function faultsOf(variables: Record<string, string>): readonly string[] {
  try {
    readConfig(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('takes a URL with a path only where no link to the root is made, and none with a query', () => {
    assert.match(faultsOf({ ...LIVE, API_URL: 'https://api.example.com/plinth' }).join(), /API_URL must have no path/);
    assert.match(
      faultsOf({ ...LIVE, APP_URL: 'https://app.example.com/?a=b' }).join(),
      /APP_URL must be a URL without/,
    );
    readConfig({ ...LIVE, API_URL: 'https://api.example.com/', APP_URL: 'https://example.com/app' });
  });

  it('needs nothing in development', () => {
    const config = readConfig({});
    assert.equal(config.appEnv, 'development');
    assert.equal(config.port, 5_000);
    assert.equal(config.host, '127.0.0.1');
    assert.ok(Object.isFrozen(config));
  });

  for (const APP_ENV of ['production', 'staging']) {
    it(`names everything that ${APP_ENV} misses, at once`, () => {
      const faults = faultsOf({ APP_ENV });
      assert.deepEqual(faults.map((fault) => fault.split(' ')[0]).sort(), [...required].sort());
      for (const fault of faults) assert.match(fault, /^\w+ is missing: .{20}/);
    });

    for (const [whose, secret] of [
      ['.env.example', EXAMPLE_SECRET],
      ['development', DEVELOPMENT_SECRET],
    ] as const) {
      it(`refuses the secret of ${whose} in ${APP_ENV}, in any place of a rotation`, () => {
        for (const APP_SECRET of [secret, `${secret},${LIVE.APP_SECRET}`, `${LIVE.APP_SECRET}, ${secret}`]) {
          const [fault, ...others] = faultsOf({ ...LIVE, APP_ENV, APP_SECRET });
          assert.match(fault ?? '', /^APP_SECRET .*openssl rand/);
          assert.deepEqual(others, []);
        }
      });
    }

    it(`has nothing against a complete configuration of ${APP_ENV}`, () => {
      assert.deepEqual(faultsOf({ ...LIVE, APP_ENV }), []);
    });
  }

  it('takes a misspelt environment for a live one: no stand-ins, no known secret', () => {
    const faults = faultsOf({ APP_ENV: 'prod' });
    assert.equal(faults.length, required.length + 1);
    assert.match(faults.join('\n'), /^APP_ENV must be one of development, test, staging, production$/m);
  });

  it('lets links in emails lead to the account app, unless the product has a frontend of its own', () => {
    const { APP_URL: own, ...without } = LIVE;
    assert.equal(readConfig({ ...without, API_URL: 'https://api.example.com' }).appUrl, 'https://api.example.com/app');
    assert.equal(readConfig({ ...LIVE, APP_URL: own }).appUrl, own);
  });

  it('refuses plain http for what faces people in production', () => {
    const faults = faultsOf({
      ...LIVE,
      APP_URL: 'http://app.example.com',
      API_URL: 'http://api.example.com',
      CORS_ORIGINS: 'http://app.example.com',
    });
    assert.deepEqual(faults.map((fault) => fault.split(' ')[0]).sort(), ['API_URL', 'APP_URL', 'CORS_ORIGINS']);
  });

  const WRONG: Record<string, string[]> = {
    PORT: ['x', '-1', '65536', '80.5', '0x50', ' 80'],
    METRICS_PORT: ['1e3'],
    DATABASE_URL: ['localhost', 'mysql://localhost/plinth', 'postgres//x'],
    DATABASE_PREPARED_STATEMENTS: ['yes', 'TRUE'],
    CORS_ORIGINS: ['*', 'app.example.com', 'https://app.example.com/', 'https://app.example.com/path', 'null'],
    TRUST_PROXY: ['true', 'all', '-1', '10.0.0.0/1234'],
    APP_SECRET: ['short', 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj,short', ',', ' , ,'],
    EMAIL_FROM: ['nobody', 'a b <c>', 'A <a@b.c>\r\nBcc: x@example.com'],
    SMTP_URL: ['https://smtp.example.com', 'smtp.example.com:587'],
    PASSWORD_HASH_MEMORY_KIB: ['1024'],
    LOG_LEVEL: ['verbose'],
    OTEL_EXPORTER_OTLP_ENDPOINT: ['alloy:4318', 'grpc://alloy:4317'],
    OTEL_EXPORTER_OTLP_HEADERS: ['authorization', 'a b=c', 'a=%zz'],
    OTEL_TRACES_SAMPLER_ARG: ['1.1', '-0.1', '10%', '.5', 'NaN'],
    SENTRY_DSN: [
      'https://sentry.example.com/1',
      'https://a-key@sentry.example.com/1',
      'https://key@sentry.example.com',
    ],
  };
  for (const [name, values] of Object.entries(WRONG)) {
    it(`refuses a wrong ${name}, naming it, and every other fault beside it`, () => {
      for (const value of values) {
        const faults = faultsOf({ [name]: value, ACCESS_TOKEN_MINUTES: 'soon' });
        assert.equal(faults.length, 2, value);
        assert.match(faults.join('\n'), new RegExp(`^${name} (must|needs)`, 'm'));
      }
    });
  }

  it('reads the headers of traces as OpenTelemetry writes them', () => {
    const { otelExporterOtlpHeaders } = readConfig({
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20YQ==, x-scope=a',
    });
    assert.deepEqual(otelExporterOtlpHeaders, { authorization: 'Basic YQ==', 'x-scope': 'a' });
  });

  it('never prints the value of a secret', () => {
    const canary = 'k4n4ry';
    const wrong = Object.fromEntries(secrets.map((name) => [name, canary]));
    const weak = { ...LIVE, APP_SECRET: `${canary}${'a'.repeat(40)}`, SMTP_URL: `http://${canary}@example.com` };
    for (const variables of [wrong, weak]) {
      assert.throws(
        () => readConfig(variables),
        (error: Error) => !`${error.message}${error.stack}`.includes(canary),
      );
    }
  });
});

describe('a secret in a file', () => {
  it('is read from where _FILE points, without the line end; an empty file is none', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'plinth-config-'));
    t.after(() => rm(directory, { recursive: true }));
    const file = join(directory, 'secret');
    await writeFile(file, `${LIVE.APP_SECRET}\n`);
    for (const name of secrets) assert.ok(name in settings);
    assert.deepEqual(readConfig({ APP_SECRET_FILE: file }).appSecret, [LIVE.APP_SECRET]);

    const { APP_SECRET: _absent, ...rest } = LIVE;
    await writeFile(file, '\n');
    assert.match(faultsOf({ ...rest, APP_SECRET_FILE: file }).join(), /^APP_SECRET is missing/);
  });

  it('that cannot be read, or is given twice, is a fault', () => {
    assert.match(faultsOf({ SMTP_URL_FILE: '/nonexistent/smtp' }).join(), /^SMTP_URL .*SMTP_URL_FILE.*ENOENT/);
    assert.match(faultsOf({ SMTP_URL: LIVE.SMTP_URL, SMTP_URL_FILE: '/dev/null' }).join(), /^SMTP_URL is set twice/);
  });
});

describe('.env.example', () => {
  const text = envExample();
  const example = parseEnv(text);

  it('is what the table of settings implies', async () => {
    const path = new URL('../.env.example', import.meta.url);
    assert.equal(await readFile(path, 'utf8'), text, 'stale: npm run generate');
  });

  it('has every setting, in one line with its meaning above', () => {
    assert.deepEqual(Object.keys(example).sort(), Object.keys({ ...settings, ...COMPOSE_VARIABLES }).sort());
    for (const [name, { meaning, example: value }] of table) {
      assert.ok(text.includes(`# ${meaning}`), name);
      assert.equal(example[name], value, name);
    }
  });

  it('copied to .env changes nothing of a development but the secret', () => {
    const [plain, copied] = [readConfig({}), readConfig(example as Record<string, string>)];
    const changed = Object.keys(plain).filter(
      (key) => JSON.stringify(plain[key as keyof typeof plain]) !== JSON.stringify(copied[key as keyof typeof plain]),
    );
    assert.deepEqual(changed, ['appSecret']);
  });

  it('has no value that goes live unnoticed: each is empty, or what is taken anyway, or refused by name', () => {
    for (const [name, { example: value, parse, fallback }] of table) {
      if (
        value === '' ||
        isDeepStrictEqual(
          parse(value, () => undefined),
          fallback,
        )
      )
        continue;
      for (const APP_ENV of ['production', 'staging']) {
        const [fault, ...others] = faultsOf({ ...LIVE, APP_ENV, [name]: value });
        const advice = 'say in its `developmentOnly` why it must not go live, or leave the example empty';
        assert.ok(fault?.startsWith(`${name} `), `${name}=${value} starts ${APP_ENV}: ${advice}`);
        assert.deepEqual(others, []);
      }
    }
    for (const [name, { example: value, developmentOnly }] of Object.entries(COMPOSE_VARIABLES)) {
      const [fault, ...others] = faultsOf({ ...LIVE, [name]: value });
      assert.equal(fault?.startsWith(`${name} `) ?? false, developmentOnly, `${name}=${value}: ${fault}`);
      assert.deepEqual(others, []);
    }
  });

  it('does not start production: it says what to set, and refuses what everybody knows', () => {
    const faults = faultsOf({ ...(example as Record<string, string>), APP_ENV: 'production' });
    assert.deepEqual(new Set(faults.map((fault) => fault.split(' ')[0])), new Set([...required, ...composeOnly]));
  });
});

describe('a value of development', () => {
  const REFUSED: Record<string, string[]> = {
    DATABASE_URL: ['postgres://plinth:change-me@db:5432/plinth'],
    DATABASE_DIRECT_URL: ['postgres://plinth:change-me@db:5432/plinth'],
    DATABASE_REPLICA_URL: ['postgres://plinth:change%2dme@replica:5432/plinth'],
    REDIS_URL: ['rediss://plinth:change-me@redis:6379'],
    SMTP_URL: ['smtp://mailpit:1025', 'smtps://user:change-me@smtp.example.com'],
    EMAIL_FROM: ['Plinth <no-reply@plinth.localhost>', 'no-reply@localhost'],
    APP_URL: ['https://localhost', 'https://app.plinth.localhost:5000'],
    API_URL: ['https://localhost:5000'],
    NETWORK_LIMIT_FACTOR: ['100'],
    OTEL_TRACES_SAMPLER_ARG: ['1'],
    RELEASE: ['dev'],
  };

  for (const APP_ENV of ['production', 'staging']) {
    it(`does not start ${APP_ENV}: it is refused by name, all of them at once, and no secret is repeated`, () => {
      for (const [name, values] of Object.entries(REFUSED)) {
        for (const value of values) {
          const [fault = 'none', ...others] = faultsOf({ ...LIVE, APP_ENV, [name]: value });
          assert.ok(fault.startsWith(`${name} `), `${name}=${value}: ${fault}`);
          assert.deepEqual(others, []);
          if (secrets.includes(name)) assert.ok(!fault.includes(value), fault);
        }
      }
      const all: Record<string, string> = Object.fromEntries(
        Object.entries(REFUSED).map(([name, [first]]) => [name, first!]),
      );
      const named = faultsOf({ ...LIVE, ...all, APP_ENV }).map((fault) => fault.split(' ')[0]);
      assert.deepEqual(named.sort(), Object.keys(REFUSED).sort());
    });
  }

  it('starts development and tests', () => {
    for (const APP_ENV of ['development', 'test'])
      for (const [name, values] of Object.entries(REFUSED))
        for (const value of values) assert.deepEqual(faultsOf({ APP_ENV, [name]: value }), [], `${name}=${value}`);
  });

  it('goes live when it is meant', () => {
    const meant = { NETWORK_LIMIT_FACTOR: '50', OTEL_TRACES_SAMPLER_ARG: '1.0', SMTP_URL: 'smtp://localhost:25' };
    assert.deepEqual(faultsOf({ ...LIVE, ...meant }), []);
  });
});
