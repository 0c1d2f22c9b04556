import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, readConfig } from '../../config.ts';
import { makeServiceClient } from './clients.ts';
import { createServices } from './services.ts';
import { DEMO_CLIENT, formatServiceClient, parseServiceClients } from './settings.ts';

const made = makeServiceClient('reports', ['https://reports.example.com', 'reports']);

describe('SERVICE_CLIENTS', () => {
  it('holds a hash of the secret, never the secret', () => {
    assert.match(made.secret, /^pls_[A-Za-z0-9_-]{43}$/);
    assert.ok(!made.entry.includes(made.secret.slice(4)));
    assert.notEqual(makeServiceClient('reports', ['reports']).secret, made.secret);
  });

  it('is read as it was printed, several clients and two secrets of one client included', () => {
    const second = makeServiceClient('reports', ['https://reports.example.com', 'reports']);
    const clients = parseServiceClients(`${made.entry}, ${second.entry}`);
    assert.deepEqual(clients.map(formatServiceClient), [made.entry, second.entry]);
    assert.deepEqual(clients[0]!.audiences, ['https://reports.example.com', 'reports']);
  });

  it('is refused where it is none, without a word of what it says', () => {
    const [id, hash] = made.entry.split(':');
    for (const wrong of [
      'reports',
      `${id}:${hash}`,
      `${id}:${hash}:`,
      `${id}:short:a`,
      `a b:${hash}:a`,
      `${id}:${hash}:a b`,
      `${id}:${hash}:a||b`,
    ])
      assert.throws(
        () => readConfig({ APP_ENV: 'test', SERVICE_CLIENTS: wrong }),
        (error: Error) => error instanceof ConfigError && !error.message.includes(hash!),
        wrong,
      );
  });

  it('has a client of its own in development, which nobody may have elsewhere', () => {
    const [demo] = readConfig({ APP_ENV: 'development' }).serviceClients;
    assert.equal(demo?.id, DEMO_CLIENT.id);
    assert.deepEqual(readConfig({ APP_ENV: 'test', SERVICE_CLIENTS: made.entry }).serviceClients.length, 1);
    const live = { APP_ENV: 'production', SERVICE_CLIENTS: formatServiceClient(demo!) };
    assert.throws(() => readConfig(live), /SERVICE_CLIENTS has the client of development/);
  });

  it('does not name the audience of this service', () => {
    for (const own of ['https://api.example.com', 'https://api.example.com/']) {
      const serviceClients = parseServiceClients(makeServiceClient('reports', [own]).entry);
      const options = { config: { apiUrl: 'https://api.example.com', serviceClients } };
      assert.throws(() => createServices(options as never), /the audience of this service itself/);
    }
  });
});
