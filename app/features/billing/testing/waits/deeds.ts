/** The people, and the requests of theirs that the walk of waits stops: one for each operation of the document that changes something. */
import assert from 'node:assert/strict';
import { rows } from '../../../../../test/conditions.ts';
import type { Operation } from '../../../../../test/faults/operations.ts';
import { resourcesOf } from '../../../../../test/resources.ts';
import { type Call, PASSWORD, type SignedInUser, signIn, type TestService } from '../../../../../test/service.ts';
import { HOUR_MS } from '../../../../platform/clock.ts';
import { newId } from '../../../../platform/security/random.ts';
import { createPending } from '../../../accounts/providers/pending.ts';
import { roles } from '../../../organizations/roles.ts';
import { type ApiKey, createScene, DELETE, type Scene } from '../../../organizations/testing/scene.ts';
import { type BillingService, createBillingScene, RETURNS } from '../scene.ts';

export const NEW_PASSWORD = 'purple monkey dishwasher lamp';

/** The proof that a request has of its right: an access token, an API key, or something in its body. */
export type Proof = 'session' | 'key' | 'body';

export interface Act {
  readonly scene: Scene;
  /** A second owner of the organization, whose requests are stopped. */
  readonly actor: SignedInUser;
  /** The same person on another device. */
  readonly elsewhere: SignedInUser;
  /** A key of the actor, with every scope. */
  readonly key: ApiKey;
  /** A link that resets the actor's password. */
  readonly resetToken: string;
  /** A link that moves the actor's account to another address. */
  readonly changeToken: string;
  /** The person who invited the actor to another organization, and the link. */
  readonly inviting: {
    readonly scene: Scene;
    readonly inviter: SignedInUser;
    readonly token: string;
    readonly id: string;
  };
  /** An identity that a provider has proven in a browser of the actor, to be linked. */
  readonly provider: { readonly browser: string; readonly code: string };
  /** Values of path parameters. */
  readonly known: Readonly<Record<string, string>>;
  /** An organization that the actor has deleted. */
  readonly deletedId: string;
  /** Everything of the database that concerns the people and organizations of this act. */
  contents(): Promise<Contents[]>;
}

/** The rows of a table that concern an act, as one digest. */
export interface Contents {
  name: string;
  rows: number;
  digest: string | null;
}

/** Where an act begins: some operations need more than an organization. */
export type Setting = 'organization' | 'subscription';

export interface Deed {
  readonly operationId: string;
  readonly proof: Proof;
  readonly setting: Setting;
  readonly permission: string | undefined;
  /** True if the operation names an organization. */
  readonly inOrganization: boolean;
  call(act: Act): { path: string; call: Call };
}

/** Operations that no event can take the right to, with the reason. */
export const EXEMPT: Readonly<Record<string, string>> = {
  receiveEmailWebhook: 'proves itself with a signature of the provider',
  receiveStripeWebhook: "proves itself with Stripe's signature",
  unsubscribeEmail: 'ends emails, and gives nothing',
  revokeSession: 'ends a session, and gives nothing',
  createUser: 'has no caller: an email is sent whoever asks',
  createEmailVerification: 'has no caller: a job decides whether an email is sent',
  createPasswordReset: 'has no caller: a job decides whether an email is sent',
  createEmailLink: 'has no caller: a job decides whether an email is sent',
  createSessionByEmailLink: 'is off unless a setting is on: email-links.test.ts stops it at the lock of the account',
  deleteWebhookEndpoint: 'takes an endpoint away, and removes its deliveries afterwards: it gives nothing',
  previewSubscription: 'reads',
  lookUpInvitation: 'reads',
  createPasskeyOptions: 'answers with a challenge, and stores nothing',
  createPasskeySignInOptions: 'answers with a challenge, and stores nothing',
  ...Object.fromEntries(
    [
      ...['createSessionBySecondFactor', 'createSessionByPasskey', 'createPasskey', 'updatePasskey', 'deletePasskey'],
      ...['confirmTotp', 'deleteTotp'],
    ].map((id) => [id, 'needs or makes a factor, which changes all sign-ins of the act: factors/waiting.test.ts']),
  ),
  testOrganizationIdentityProvider: 'gives nothing but an address: what comes back from there is judged',
  introspectToken: 'reads, and its caller is no person',
  startProviderSignIn: 'has no caller: it gives nothing but an address',
  finishProviderSignInByForm: 'has no caller: the state and the browser are the proof, and are used up at once',
  createSessionByProvider: 'is proved by the provider alone: the account is read again under its lock',
  registerByInvitation:
    'has no caller: the link of the invitation alone is the proof, and is read again under the lock',
  restoreMe:
    'is proved by the link of the deletion alone, and gives no more than there was: a suspended account stays suspended',
  revertEmailChange: 'is the remedy against a takeover: only its own use, or a week, ends the link',
};

const IN_SUBSCRIPTION = new Set(['updateSubscription', 'resumeSubscription', 'createPortalSession', 'reportUsage']);

const OWN_INVITATION = new Set(['acceptMyInvitation', 'declineInvitation']);

let acts = 0;
const bodies: Record<string, (act: Act) => Record<string, unknown>> = {
  createEmailChange: () => ({ email: `moved${++acts}@example.com`, password: PASSWORD }),
  exchangeToken: ({ scene }) => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: 'https://reports.example.com',
    organization: scene.id,
  }),
  linkIdentity: ({ provider }) => ({ code: provider.code }),
  createOrganization: () => ({ name: 'Analytical Engines' }),
  createOwnershipTransfer: ({ known }) => ({ userId: known.userId }),
  acceptInvitation: ({ inviting }) => ({ token: inviting.token }),
  createInvitation: () => ({ email: `crony${++acts}@example.com`, role: 'owner' }),
  createCheckoutSession: () => ({ plan: 'pro', interval: 'month', ...RETURNS }),
  createPurchase: () => ({ product: 'projectPack', quantity: 1, ...RETURNS }),
  createPortalSession: () => ({ returnUrl: RETURNS.cancelUrl }),
  createSession: ({ actor }) => ({ email: actor.email, password: PASSWORD }),
  refreshSession: ({ actor }) => ({ refreshToken: actor.refreshToken }),
  confirmEmailVerification: ({ changeToken }) => ({ token: changeToken }),
  confirmPasswordReset: ({ resetToken }) => ({ token: resetToken, password: 'seven yellow bicycles underwater' }),
};
const BY_BODY = new Set(['createSession', 'refreshSession', 'confirmEmailVerification', 'confirmPasswordReset']);

/** Operations of operators need another caller: operator/waiting.test.ts stops them. */
export const isOfOperators = ({ path }: Pick<Operation, 'path'>): boolean => path.startsWith('/v1/operator/');

/** One deed for each operation that changes something, and for each way to prove one's right to it. */
export function deedsOf(operations: readonly Operation[]): Deed[] {
  return operations
    .filter((operation) => operation.method !== 'GET' && !(operation.id in EXEMPT) && !isOfOperators(operation))
    .flatMap((operation) => {
      const { id: operationId, method, path, permission, body } = operation;
      const proofs: Proof[] = BY_BODY.has(operationId)
        ? ['body']
        : [
            ...(operation.takesTokens ? (['session'] as const) : []),
            ...(operation.takesKeys ? (['key'] as const) : []),
          ];
      return proofs.map((proof) => ({
        ...{ operationId, proof, permission },
        setting: IN_SUBSCRIPTION.has(operationId) ? 'subscription' : 'organization',
        inOrganization: path.includes('{organizationId}') && operationId !== 'restoreOrganization',
        call: (act: Act) => ({
          path: path.replace(/\{(\w+)\}/g, (_, name) =>
            operationId === 'restoreOrganization'
              ? act.deletedId
              : OWN_INVITATION.has(operationId)
                ? act.inviting.id
                : (act.known[name] ?? assert.fail(`no ${name}`)),
          ),
          call: {
            method,
            ...(proof === 'session' && { token: act.actor.accessToken }),
            ...(proof === 'key' && { token: act.key.secret }),
            ...(operationId === 'linkIdentity' && {
              headers: { cookie: `__Host-provider_sign_in=${act.provider.browser}` },
            }),
            ...(body && { body: bodies[operationId]?.(act) ?? body.example }),
          },
        }),
      }));
    }) as Deed[];
}

/** Creates everything that the deeds of a setting need, over HTTP. */
export async function createAct(billing: BillingService, setting: Setting): Promise<Act> {
  const { test } = billing;
  const scene = setting === 'subscription' ? await createBillingScene(billing) : await createScene(test);
  if (setting === 'subscription') {
    await (scene as Awaited<ReturnType<typeof createBillingScene>>).subscribe({ plan: 'pro' });
    await billing.deliver();
  }
  const [actor, inviter] = await Promise.all([scene.add('owner'), scene.add('member')]);
  const moved = `moved${++acts}@example.com`;
  const [inviting, founded, invited, key, spare, elsewhere, third] = await Promise.all([
    createScene(test, scene.owner),
    test.request('/v1/organizations', { token: actor.accessToken, body: { name: 'Closed' } }),
    scene.invite(`invited${++acts}@example.com`, 'member'),
    scene.key([...roles.owner], actor),
    scene.key(['members:read'], actor),
    signIn(test, actor.email),
    signIn(test, actor.email),
    test.request('/v1/password-resets', { body: { email: actor.email } }),
    test.request('/v1/users/me/email-changes', {
      token: actor.accessToken,
      body: { email: moved, password: PASSWORD },
    }),
  ]);
  const deletedId: string = founded.body.id;
  const devices = await test.request('/v1/users/me/devices', { token: actor.accessToken });
  await Promise.all([
    inviting.add('owner', inviter),
    test.request(`/v1/organizations/${deletedId}`, { ...DELETE, token: actor.accessToken }),
    // The use of a key is written once per minute, and would otherwise be written by the first request that stops.
    scene.as(key, ''),
  ]);
  const invitation = await inviting.invite(actor.email, 'admin', inviter);
  assert.equal(invitation.status, 201);
  const [{ token: resetToken }, { token: changeToken }, { token }] = await Promise.all([
    test.mail(actor.email, /Reset/),
    test.mail(moved, /confirm/i),
    inviting.invitation(actor.email, 2),
  ]);
  const known = {
    ...(await resourcesOf(test, scene.id)),
    organizationId: scene.id,
    userId: inviter.id,
    invitationId: invited.body.id,
    apiKeyId: spare.id,
    deviceId: devices.body.data[0].id,
    identityId: await identityOf(test, actor.id),
    sessionId: JSON.parse(Buffer.from(third.accessToken.split('.')[1]!, 'base64url').toString()).sid,
  };
  const people = [scene.owner, actor, inviter].flatMap(({ id, email }) => [id, email]).concat(moved);
  const named = [...people, scene.id, inviting.id, deletedId];
  return {
    ...{ scene, actor, elsewhere, key, resetToken, changeToken, known, deletedId },
    provider: await provenFor(test),
    inviting: { scene: inviting, inviter, token, id: invitation.body.id },
    contents: () => contentsOf(billing, named),
  };
}

async function identityOf(test: TestService, userId: string): Promise<string> {
  const id = newId();
  await rows(
    test,
    `insert into identities (user_id, id, provider, issuer, subject, created_at) values ($1, $2, 'local', 'https://local.example', $3, now())`,
    userId,
    id,
    id,
  );
  return id;
}

/** What the callback of a provider stores. */
async function provenFor(test: TestService): Promise<Act['provider']> {
  const { db, clock, sealer } = test.service;
  const browser = newId();
  const person = { issuer: 'https://local.example', subject: newId(), address: null, vouched: false, name: null };
  const given = { provider: 'local', browser, lifetimeMs: HOUR_MS, data: { ...person, mode: 'bearer' } };
  return { browser, code: await createPending({ db, clock, sealer }).add('proven', given) };
}

/**
 * The tables whose rows are no grant: counted attempts, and the customer at Stripe, which is created before a purchase and allows nothing.
 * A refused request may leave nothing else behind: no member, key, invitation, link, session, email, audit event, purchase or setting.
 */
const NO_GRANT = new Set([
  'rate_limits',
  'billing_customers',
  'stripe_customers',
  'audit_chains',
  // They follow from events, which are compared.
  'webhook_deliveries',
]);
/** The record of a refusal. The chains of the audit trail move with it. */
const REFUSAL = `"action": "session.failed"`;
/** Columns that change without a request: the last use of a key, what becomes of an email, and who sends to an endpoint. */
const BESIDES = [
  'last_used_at',
  'last_ip_address',
  'last_user_agent',
  'status',
  'attempts',
  'next_attempt_at',
  'sent_at',
  'message_id',
  'provider_response',
  'data',
  'lease_id',
  'leased_until',
  'failures',
  'paused_until',
  'failing_since',
];

async function contentsOf({ test }: BillingService, named: readonly string[]): Promise<Contents[]> {
  const tables = await rows(
    test,
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const parts = tables
    .filter(({ name }) => !NO_GRANT.has(name))
    .map(({ name }) => {
      const kept = `to_jsonb(t) ${BESIDES.map((column) => `- '${column}'`).join(' ')}`;
      return `select '${name}' as name, count(*)::int as rows, md5(string_agg(md5((${kept})::text), '' order by (${kept})::text)) as digest
        from "${name}" t where t::text ~ $1 and to_jsonb(t)::text !~ '${REFUSAL}'`;
    });
  return rows(test, parts.join(' union all '), named.map((text) => text.replaceAll('.', '\\.')).join('|'));
}
