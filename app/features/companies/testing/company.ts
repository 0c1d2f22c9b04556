/** The scene of tests of company sign-in: organizations with a verified domain, and real providers in this process. */
import assert from 'node:assert/strict';
import type { Answer, TestService } from '../../../../test/service.ts';
import {
  type LocalPerson,
  type LocalProvider,
  type LocalProviderOptions,
  startLocalProvider,
} from '../../accounts/providers/local-provider.ts';
import { Browser, CLIENT } from '../../accounts/providers/testing/scene.ts';
import { createScene, type Scene } from '../../organizations/testing/scene.ts';
import { verified, type Zone } from './zone.ts';

/** An organization with a verified domain. */
export interface Governing extends Scene {
  readonly domain: string;
  /** The name of its provider. */
  readonly name: string;
}

export interface Company extends Governing {
  readonly provider: LocalProvider;
}

export interface CompanyScenes {
  /** Another person, with an address of the domain. */
  person(company: Pick<Governing, 'domain'>, more?: Partial<LocalPerson>): LocalPerson;
  /** With a verified domain, and without a provider. */
  governing(): Promise<Governing>;
  /** With a provider that nobody has tested. */
  connected(options?: Partial<LocalProviderOptions>): Promise<Company>;
  /** With one that has passed a test run. */
  tested(options?: Partial<LocalProviderOptions>): Promise<Company>;
  /** With one that is the only way in. */
  enforced(options?: Partial<LocalProviderOptions>): Promise<Company>;
  /** Makes a tested provider the only way in. */
  enforce(company: Company): Promise<void>;
  put(scene: Scene, fields: object): Promise<Answer>;
  /** Runs a test with a person. @returns the parameters that the frontend gets */
  runTest(company: Company, who: string): Promise<Record<string, string>>;
  /** Goes to the provider and back. @returns the parameters that the frontend gets */
  prove(name: string, who: string, browser?: Browser): Promise<Record<string, string>>;
  /** The whole sign-in. */
  enter(company: Pick<Company, 'name'>, who: string): Promise<Answer>;
  close(): Promise<void>;
}

let names = 0;

export function createCompanyScenes(test: TestService, zone: Zone): CompanyScenes {
  const people: LocalPerson[] = [];
  const providers: LocalProvider[] = [];

  const scenes: CompanyScenes = {
    person({ domain }, more = {}) {
      const sub = `p${++names}`;
      const one = { sub, name: 'Some Body', email: `${sub}@${domain}`, ...more };
      people.push(one);
      return one;
    },

    async governing() {
      const scene = await createScene(test);
      const domain = `company-${++names}.example`;
      await verified(zone, scene, domain);
      return { ...scene, domain, name: `company-${scene.id}` };
    },

    async connected(options = {}) {
      const scene = await scenes.governing();
      const redirectUri = `https://api.example.com/v1/sessions/provider/${scene.name}/callback`;
      const provider = await startLocalProvider({ port: 0, ...CLIENT, redirectUri, people, ...options });
      providers.push(provider);
      const { status, body } = await scenes.put(scene, { issuer: provider.url, clientSecret: CLIENT.clientSecret });
      assert.equal(status, 200, JSON.stringify(body));
      assert.deepEqual([body.provider, body.redirectUri, body.testedAt], [scene.name, redirectUri, null]);
      assert.equal(body.clientSecret, undefined);
      return { ...scene, provider };
    },

    async tested(options) {
      const company = await scenes.connected(options);
      assert.equal((await scenes.runTest(company, scenes.person(company).sub)).test, 'passed');
      return company;
    },

    async enforced(options) {
      const company = await scenes.tested(options);
      await scenes.enforce(company);
      return company;
    },

    async enforce(company) {
      const stored = await scenes.put(company, { issuer: company.provider.url, enforced: true });
      assert.equal(stored.status, 200, JSON.stringify(stored.body));
    },

    put: (scene, fields) =>
      scene.as(scene.owner, '/identity-provider', {
        method: 'PUT',
        body: { clientId: CLIENT.clientId, defaultRole: 'member', enforced: false, ...fields },
      }),

    async runTest({ path, owner, name }, who) {
      const browser = new Browser();
      const given = { token: owner.accessToken, body: {} };
      const started = await browser.call(test, `${path}/identity-provider/test`, given);
      assert.equal(started.status, 200, JSON.stringify(started.body));
      return browser.comeBack(test, await browser.choose(started.body.url, who), name);
    },

    prove: async (name, who, browser = new Browser()) =>
      browser.comeBack(test, await browser.choose(await browser.start(test, {}, name), who), name),

    async enter({ name }, who) {
      const browser = new Browser();
      const { code } = await scenes.prove(name, who, browser);
      return browser.redeem(test, code);
    },

    async close() {
      for (const provider of providers) await provider.close();
    },
  };
  return scenes;
}
