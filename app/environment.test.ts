import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ConfigError } from './config.ts';
import { readEnvironment } from './environment.ts';

describe('the environment of development', () => {
  const { APP_ENV, PORT } = process.env;
  const home = process.cwd();
  after(() => {
    process.chdir(home);
    Object.assign(process.env, APP_ENV === undefined ? {} : { APP_ENV }, PORT === undefined ? {} : { PORT });
  });

  it('is completed by .env where there is one, and a .env that cannot be read stops the start', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'plinth-environment-'));
    t.after(() => rm(folder, { recursive: true }));
    process.chdir(folder);
    process.env.APP_ENV = 'development';
    delete process.env.PORT;
    assert.equal(readEnvironment().port, 5_000);
    await writeFile('.env', 'PORT=5017\n');
    assert.equal(readEnvironment().port, 5_017);
    await rm('.env');
    await mkdir('.env');
    assert.throws(
      readEnvironment,
      (error) => error instanceof ConfigError && /\.env cannot be read/.test(error.faults.join()),
    );
  });
});
