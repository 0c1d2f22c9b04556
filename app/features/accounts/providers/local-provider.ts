/**
 * The identity provider of development: a certified OpenID Connect provider (npm `oidc-provider`) with a page to choose a person. For development and
 * tests only; nobody has to prove anything.
 */

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { html } from '../../../platform/http/html.ts';
import { keepLocal } from '../../../platform/http/loopback.ts';
import { randomSecret } from '../../../platform/security/random.ts';

/** How long a sign-in with the provider lives, in seconds. */
const LIVES = 3_600;

export interface LocalPerson {
  readonly sub: string;
  readonly name: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  /** How they have signed in there (RFC 8176). */
  readonly amr?: readonly string[];
}

/** The people of development, with what a provider may say of them. */
export const people: readonly LocalPerson[] = [
  { sub: 'ada', name: 'Ada Lovelace', email: 'ada@local.example', email_verified: true },
  { sub: 'grace', name: 'Grace Hopper', email: 'grace@local.example', email_verified: true },
  { sub: 'linus', name: 'Linus Unverified', email: 'linus@local.example', email_verified: false },
  { sub: 'nobody', name: 'Somebody Without Address' },
];

export interface LocalProvider {
  /** The issuer. */
  readonly url: string;
  close(): Promise<void>;
}

export interface LocalProviderOptions {
  /** 0: any free one. */
  port: number;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  /** Those that the client may name beside `redirectUri`. */
  allowsRedirect?: (uri: string) => boolean;
  /** True if a person may be chosen by any address too. */
  anybody?: boolean;
  people?: readonly LocalPerson[];
  /** The keys that sign; new ones if absent. */
  keys?: LocalKey[];
  /** For tests: sees each request first, and may answer it. @returns true if it has */
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** A private key that signs id tokens, as a JWK. */
export type LocalKey = Record<string, unknown>;

/** A new key that signs id tokens. */
export function makeLocalKey(kid: string): LocalKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
}

export async function startLocalProvider(options: LocalProviderOptions): Promise<LocalProvider> {
  const { port, people: known = people, intercept } = options;
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => {
    response.writeHead(503).end();
  };
  const server = createServer((request, response) => {
    if (!intercept?.(request, response)) answer(request, response);
  });
  keepLocal(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  answer = await createAnswer(url, options, known);
  return {
    url,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Leaves out what the library warns of, which concerns providers in production, and would be the first thing that a developer reads. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = (...given: unknown[]) => {
    if (!String(given[0]).includes('oidc-provider WARNING')) warn(...given);
  };
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}

async function createAnswer(url: string, options: LocalProviderOptions, known: readonly LocalPerson[]) {
  const { clientId, clientSecret, redirectUri, keys = [makeLocalKey('local')] } = options;
  const { allowsRedirect = () => false, anybody = false } = options;
  const provider = await quietly(async () => {
    const { default: Provider } = await import('oidc-provider');
    return new Provider(url, {
      clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
      claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
      cookies: { keys: [randomSecret().toString('hex')] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, { uid }) => `/people/${uid}` },
      jwks: { keys: keys as never[] },
      pkce: { required: () => true },
      // The library prints a notice for each one that it has to choose.
      ttl: { Interaction: LIVES, Grant: LIVES, Session: LIVES, AccessToken: LIVES, IdToken: LIVES },
      async findAccount(_context, id) {
        const person = known.find(({ sub }) => sub === id) ?? (anybody ? personOf(id) : undefined);
        return person && { accountId: id, claims: async () => ({ ...person }) };
      },
      /** Nobody is asked for consent. */
      async loadExistingGrant({ oidc }) {
        const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    });
  });
  const { prototype } = provider.Client;
  const isRegistered = prototype.redirectUriAllowed;
  prototype.redirectUriAllowed = function (uri) {
    return isRegistered.call(this, uri) || allowsRedirect(uri);
  };
  const others = provider.callback();

  return (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url?.startsWith('/people/')) return void others(request, response);
    const finish = async () => {
      if (request.method !== 'POST') {
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(renderPeople(known, anybody));
        return;
      }
      const form = new URLSearchParams(await text(request));
      const accountId = form.get('person') || (form.get('email') ?? '');
      const amr = known.find(({ sub }) => sub === accountId)?.amr;
      const result = accountId
        ? { login: { accountId, ...(amr && { amr: [...amr] }) } }
        : { error: 'access_denied', error_description: 'The person has cancelled.' };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    };
    finish().catch((error) => response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error)));
  };
}

/** A person with an address, of which the provider says that it is verified. */
const personOf = (address: string): LocalPerson | undefined =>
  /^[^@\s]+@[^@\s]+$/.test(address)
    ? { sub: address, name: address.split('@')[0]!, email: address, email_verified: true }
    : undefined;

function renderPeople(known: readonly LocalPerson[], anybody: boolean): string {
  const describe = ({ email, email_verified: verified }: LocalPerson) =>
    email ? `${email}${verified ? '' : ', not verified'}` : 'no address';
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Choose a person</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:4rem auto;padding:0 1rem}button{display:block;width:100%;margin:.5rem 0;padding:.75rem 1rem;font:inherit;text-align:left;cursor:pointer}small{display:block}</style></head>
<body><main><h1>Who are you?</h1><p>The identity provider of development. Nobody has to prove anything here.</p>
<form method="post">${known.map((person) => html`<button name="person" value="${person.sub}">${person.name}<small>${describe(person)}</small></button>`)}
<button name="person" value="">Cancel</button></form>${
    anybody &&
    html`
<form method="post"><h2>Somebody else</h2><p><label>Address <input name="email" type="email" required></label></p><button>Sign in with this address</button></form>`
  }</main></body></html>`.text;
}
