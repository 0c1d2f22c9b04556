/** Providers of organizations that hang, lie, or lead to places where this service must not go. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { atOnce, value } from '../../../../test/conditions.ts';
import {
  type Answer,
  assertProblem,
  createSignedInUser,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { PROVIDER_LIMIT_MS } from '../../accounts/providers/outgoing.ts';
import { type Forged, type Forger, startForger } from '../../accounts/providers/testing/forger.ts';
import { Browser, CLIENT } from '../../accounts/providers/testing/scene.ts';
import { type CompanyScenes, createCompanyScenes, type Governing } from '../testing/company.ts';
import { startZone, type Zone } from '../testing/zone.ts';
import type { CompanyProviders } from './company-sign-in.ts';

/** Takes connections, and never answers. */
async function listen() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    connected: () => (sockets.length > 0 ? undefined : once(server, 'connection')),
    release: () => sockets.forEach((socket) => void socket.destroy()),
    async close() {
      this.release();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the provider of an organization', () => {
  let zone: Zone;
  let test: TestService;
  let scenes: CompanyScenes;
  let forger: Forger;
  let google: Forger;
  /** Where names lead to, and which were asked for. */
  const addresses = new Map<string, string>();
  const asked: string[] = [];
  const replacement: CompanyProviders = {
    resolve(name, _options, callback) {
      asked.push(name);
      const address = addresses.get(name);
      if (!address) return callback(Object.assign(new Error(name), { code: 'ENOTFOUND' }), '');
      callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
    },
  };
  before(async () => {
    zone = await startZone();
    [forger, google] = [await startForger(), await startForger()];
    replacement.googleIssuer = google.url;
    addresses.set('localhost', '127.0.0.1');
    test = await startTestService({
      ...{ schedules: false, env: { ...zone.env, DATABASE_POOL_SIZE: '5' } },
      replacements: { companyProviders: replacement },
    });
    scenes = createCompanyScenes(test, zone);
  });
  after(async () => {
    await test.close();
    await scenes.close();
    for (const one of [forger, google]) one.close();
    await zone.close();
  });

  const testOf = ({ path, owner }: Governing) => ({
    path: `${path}/identity-provider/test`,
    token: owner.accessToken,
  });
  /** With the provider at an address, which nobody has tested. */
  async function at(issuer: string): Promise<Governing> {
    const company = await scenes.governing();
    const stored = await scenes.put(company, { issuer, clientSecret: CLIENT.clientSecret });
    assert.equal(stored.status, 200, JSON.stringify(stored.body));
    return company;
  }
  /** The same, tested. */
  async function forged(by: Forger): Promise<Governing> {
    const company = await at(by.url);
    assert.equal((await by.prove(test, {}, company.name, testOf(company))).test, 'passed');
    return company;
  }
  const runTest = (company: Governing): Promise<Answer> => {
    const { path, token } = testOf(company);
    return new Browser().call(test, path, { token, body: {} });
  };

  it('that hangs costs its own sign-in alone, however many of them there are', async () => {
    const hanging = await listen();
    // So that nothing ends them but this test: whatever they keep others from would be seen.
    replacement.limitMs = 600_000;
    try {
      const [stuck, healthy] = [await at(hanging.url), await scenes.enforced()];
      const waiting = atOnce(30, () => runTest(stuck));
      await hanging.connected();
      await createSignedInUser(test);
      assert.equal((await scenes.enter(healthy, scenes.person(healthy).sub)).status, 201);
      hanging.release();
      // What was not sent yet is taken, and ended.
      const ending = setInterval(hanging.release, 10);
      const answers = await waiting.finally(() => clearInterval(ending));
      for (const answer of answers) assertProblem(answer, 503, 'provider_unavailable');
    } finally {
      delete replacement.limitMs;
      await hanging.close();
    }
  });

  it('that hangs is given up after the limit of a step, which is five seconds', async () => {
    assert.equal(PROVIDER_LIMIT_MS, 5_000);
    const hanging = await listen();
    let hangs = false;
    const intercept = ({ url = '' }: IncomingMessage, _response: ServerResponse) => hangs && url.startsWith('/token');
    replacement.limitMs = 150;
    try {
      assertProblem(await runTest(await at(hanging.url)), 503, 'provider_unavailable');
      replacement.limitMs = 2_000;
      const company = await scenes.tested({ intercept });
      hangs = true;
      const back = await scenes.prove(company.name, scenes.person(company).sub);
      assert.equal(back.error, 'provider_unavailable', 'when the person comes back, too');
    } finally {
      delete replacement.limitMs;
      await hanging.close();
    }
  });

  it('is not believed with a token that is forged, or for another audience', async () => {
    const company = await forged(forger);
    const own = { email: `ada@${company.domain}`, email_verified: true };
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const wrong: Record<string, Forged> = {
      'another audience': { claims: { ...own, aud: 'another-client' } },
      'another audience beside': { claims: { ...own, aud: [CLIENT.clientId, 'another'], azp: 'another' } },
      'another issuer': { claims: { ...own, iss: 'https://login.elsewhere.example' } },
      'another nonce': { claims: { ...own, nonce: 'another' } },
      'a foreign key': { claims: own, key: foreign },
      'no signature': { claims: own, header: { alg: 'none' }, sign: () => '' },
    };
    for (const [what, how] of Object.entries(wrong))
      assert.equal((await forger.prove(test, how, company.name)).error, 'provider_answer_invalid', what);
    const users = 'select count(*)::int from users where email = $1';
    assert.equal(await value(test, users, own.email), 0);
    const good = await forger.prove(test, { claims: own }, company.name);
    assert.equal(good.redeemed?.status, 201, JSON.stringify(good));
  });

  it('is not tested by a token that is forged', async () => {
    const company = await at(forger.url);
    const { error } = await forger.prove(test, { claims: { aud: 'another' } }, company.name, testOf(company));
    assert.equal(error, 'provider_answer_invalid');
    assert.equal((await company.as(company.owner, '/identity-provider')).body.testedAt, null);
  });

  it('must name the domain if it is Google, which knows people of all companies', async () => {
    const company = await forged(google);
    const own = { email: `ada@${company.domain}`, email_verified: true };
    for (const hd of [undefined, 'elsewhere.example', `sub.${company.domain}`, `${company.domain}.evil.example`, '*']) {
      const { redeemed } = await google.prove(test, { claims: { ...own, hd } }, company.name);
      assertProblem(redeemed!, 422, 'provider_address_unverified');
    }
    const { redeemed } = await google.prove(test, { claims: { ...own, hd: company.domain } }, company.name);
    assert.equal(redeemed?.status, 201, JSON.stringify(redeemed?.body));
    assert.equal((await company.roles())[redeemed.body.user.id], 'member');
  });

  it('cannot be one for the tenants of everybody', async () => {
    const company = await scenes.governing();
    for (const tenant of ['common', 'organizations', 'Consumers']) {
      const issuer = `https://login.microsoftonline.com/${tenant}/v2.0`;
      const refused = await scenes.put(company, { issuer, clientSecret: 'x' });
      assertProblem(refused, 422, 'invalid_issuer');
    }
  });

  it('is not connected to at an address of this service’s own network, by number or by name', async () => {
    addresses.set('inside.example', '10.0.0.7');
    addresses.set('metadata.example', '169.254.169.254');
    addresses.set('six.example', 'fd00::7');
    for (const host of [
      ...['10.0.0.1', '192.168.1.1', '169.254.169.254', '[fd00::1]', '[::ffff:10.0.0.1]', '0x0a000001'],
      ...['inside.example', 'metadata.example', 'six.example'],
    ]) {
      const company = await at(`https://${host}`);
      test.logs.length = 0;
      assertProblem(await runTest(company), 503, 'provider_unavailable');
      const told = test.logs.some((line) => line.includes('has no address that may be connected to'));
      assert.ok(told, `${host}: refused before a connection is made: ${test.logs.join('\n')}`);
    }
    assert.ok(asked.includes('inside.example'), 'its address was asked for');
  });

  it('cannot lead to such an address by its metadata', async () => {
    for (const name of ['token_endpoint', 'jwks_uri']) {
      const company = await at(forger.url);
      const metadata = { [name]: 'http://10.0.0.1/secret' };
      test.logs.length = 0;
      const { error } = await forger.prove(test, { metadata }, company.name, testOf(company));
      assert.equal(error, 'provider_unavailable');
      assert.ok(test.logs.some((line) => line.includes('10.0.0.1 has no address that may be connected to')));
    }
  });

  it('counts all sign-ins of organizations together', async () => {
    const metrics = await test.service.metrics.registry.metrics();
    assert.match(metrics, /identity_provider_sign_ins_total\{provider="company",outcome="unavailable"\} \d/);
    assert.doesNotMatch(metrics, /provider="company-/);
  });
});
