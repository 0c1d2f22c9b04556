import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import {
  type OperationGroup,
  type Operations,
  orForm,
  publicRoute,
} from '../../../platform/http/operations/operations.ts';
import { Id, Named, Nullable, Timestamp } from '../../../platform/http/schemas.ts';
import { randomSecret } from '../../../platform/security/random.ts';
import type { Authentication } from '../authentication.ts';
import { signInCookies } from '../cookies.ts';
import { accountErrors } from '../errors.ts';
import type { Companies } from '../providers/companies.ts';
import { providerErrors } from '../providers/errors.ts';
import type { Identities, Identity } from '../providers/identities.ts';
import type { ProviderSignIn } from '../providers/provider-sign-in.ts';
import type { Providers } from '../providers/providers.ts';
import { clientOf, type PresentSignIn } from './presenting.ts';
import { DeviceToken, examplePassword, Mode, Password, SignedIn } from './representations.ts';

export interface ProviderRoutesOptions {
  providers: Providers;
  signIn: ProviderSignIn;
  identities: Identities;
  authentication: Authentication;
  present: PresentSignIn;
  companies: Pick<Companies, 'errors'>;
}

const tag = {
  name: 'Identity providers',
  description: 'Signing in with Google, GitHub, Microsoft, Apple and others. See the guide "Identity providers".',
};

const provider = Type.String({
  maxLength: 60,
  description: 'As `GET /v1/identity-providers` names it, or as `company_sign_in_required` does.',
  examples: ['google'],
});
const Code = Type.String({
  minLength: 1,
  maxLength: 100,
  description: 'The `code` that the callback has led back with.',
});
const exampleCode = 'pVd0aWVsbGVpY2h0IGlzdCBkYXMgZWluIENvZGU0';

export function providerRoutes(operations: Operations, options: ProviderRoutesOptions): void {
  listOperation(operations, options.providers);
  const own = operations.at('/v1/sessions/provider', { tag });
  startOperation(own, options.signIn);
  callbackOperations(own, options.signIn);
  redeemOperation(own, options);
  identityOperations(operations.at('/v1/users/me/identities', { tag }), options);
}

const IdentityProviders = Named(
  'IdentityProviders',
  {
    data: Type.Array(
      Named('IdentityProvider', { name: Type.String(), label: Type.String({ description: 'For a button.' }) }),
    ),
  },
  { data: [{ name: 'google', label: 'Google' }] },
);

function listOperation(operations: Operations, { all }: Providers): void {
  operations.at('/v1/identity-providers', { tag }).get('', {
    guard: publicRoute,
    operationId: 'listIdentityProviders',
    summary: 'List the identity providers',
    description: 'In the order of the setting `IDENTITY_PROVIDERS`.',
    caching: 'public, max-age=300',
    answer: IdentityProviders,
    get: () => ({ data: all.map(({ name, label }) => ({ name, label })) }),
  });
}

function startOperation(own: OperationGroup, signIn: ProviderSignIn): void {
  own.operation('POST', '/:provider/start', {
    guard: publicRoute,
    operationId: 'startProviderSignIn',
    summary: 'Start a sign-in with an identity provider',
    description:
      'Send the browser to `url` afterwards. The sign-in belongs to the browser: the answer sets a cookie, so a page of another origin asks with credentials. It can be finished within 10 minutes.',
    params: { provider },
    body: {
      returnTo: Type.Optional(
        Type.String({
          maxLength: 1_000,
          pattern: '^/($|[^/\\\\\\x00-\\x20][^\\\\\\x00-\\x20]*$)',
          description: 'A path of the frontend; it is handed back with the code. Default `/`.',
        }),
      ),
      mode: Mode,
    },
    example: { returnTo: '/projects', mode: 'cookie' },
    answers: {
      200: Named(
        'ProviderSignInStart',
        { url: Type.String() },
        { url: 'https://accounts.google.com/o/oauth2/v2/auth?…' },
      ),
    },
    sends: ['set-cookie'],
    errors: [httpErrors.not_found, httpErrors.rate_limited, ...FAULTS],
    async handle({ params, body: { returnTo = '/', mode = 'bearer' }, request, reply, origin }) {
      const url = await signIn.start(params.provider, browserOf(request, reply), { returnTo, mode }, origin);
      return { url };
    },
  });
}

const FAULTS = [
  providerErrors.provider_unavailable,
  providerErrors.provider_misconfigured,
  providerErrors.provider_answer_invalid,
];

/** One secret for all sign-ins of a browser that are under way, so that two tabs do not take it from each other. */
export function browserOf(request: FastifyRequest, reply: FastifyReply): string {
  const browser = signInCookies.readProvider(request) ?? randomSecret(32).toString('base64url');
  signInCookies.setProvider(reply, browser);
  return browser;
}

const answerFields = {
  code: Type.Optional(Type.String({ maxLength: 4_096 })),
  state: Type.Optional(Type.String({ maxLength: 200 })),
  iss: Type.Optional(Type.String({ maxLength: 1_000 })),
  error: Type.Optional(Type.String({ maxLength: 200 })),
  error_description: Type.Optional(Type.String({ maxLength: 2_000 })),
  user: Type.Optional(Type.String({ maxLength: 2_000, description: 'From Apple: the name.' })),
};

function callbackOperations(own: OperationGroup, signIn: ProviderSignIn): void {
  const common = {
    guard: publicRoute,
    params: { provider },
    answers: { 303: 'To the page `/sign-in/provider` of the frontend, with `code` or `error`, and `returnTo`.' },
    sends: ['location'],
    errors: [httpErrors.not_found],
  } as const;

  own.operation('GET', '/:provider/callback', {
    ...common,
    operationId: 'finishProviderSignIn',
    summary: 'Take the answer of an identity provider',
    description:
      'The provider sends the browser here. Whatever goes wrong leads to the frontend too, with the code of a problem as `error`: `provider_access_denied`, `provider_answer_invalid`, `provider_misconfigured`, `provider_sign_in_expired` or `provider_unavailable`.',
    // Providers add parameters of their own, so none is declared.
    async handle({ params, request, reply }) {
      const answer = new URLSearchParams(request.raw.url?.split('?')[1] ?? '');
      const browser = signInCookies.readProvider(request);
      reply.header('location', await signIn.finish(params.provider, browser, answer));
    },
  });

  own.operation('POST', '/:provider/callback', {
    ...common,
    operationId: 'finishProviderSignInByForm',
    summary: 'Take the answer of an identity provider that posts a form',
    description: 'For `response_mode=form_post`, as Apple has it. Otherwise like the operation with `GET`.',
    body: answerFields,
    receives: orForm(answerFields, Type.Object(answerFields)),
    example: { code: 'c0de…', state: 'pVd0…' },
    async handle({ params, body, request, reply }) {
      const answer = new URLSearchParams(body as Record<string, string>);
      const browser = signInCookies.readProvider(request);
      reply.header('location', await signIn.finish(params.provider, browser, answer));
    },
  });
}

function redeemOperation(own: OperationGroup, { signIn, present, companies }: ProviderRoutesOptions): void {
  own.operation('POST', '', {
    guard: publicRoute,
    operationId: 'createSessionByProvider',
    summary: 'Sign in with the code of a provider',
    description:
      'The code works once, within 60 seconds, in the browser that began. A person who is new here is registered, if the provider vouches for the address. If the address has an account already, the answer is `identity_not_linked`: sign in the old way and link the identity with the same code, within 10 minutes.',
    body: { code: Code, deviceToken: DeviceToken },
    example: { code: exampleCode },
    answers: { 201: SignedIn },
    sends: ['set-cookie'],
    errors: [
      ...[providerErrors.provider_sign_in_expired, providerErrors.identity_not_linked, accountErrors.email_taken],
      ...[providerErrors.provider_address_unverified, accountErrors.invalid_credentials],
      ...[accountErrors.second_factor_required, accountErrors.company_sign_in_required, ...companies.errors],
    ],
    async handle({ request, reply, body: { code, deviceToken }, origin }) {
      const client = clientOf(request, { deviceToken }, origin);
      return present(reply, await signIn.redeem(code, signInCookies.readProvider(request), client));
    },
  });
}

const exampleIdentity = {
  id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b81',
  provider: 'google',
  address: 'ada@gmail.com',
  createdAt: '2026-11-01T09:30:00.000Z',
  lastUsedAt: null,
};
const IdentityItem = Named(
  'Identity',
  {
    id: Id('Identity'),
    provider: Type.String(),
    address: Nullable(Type.String({ description: 'At the provider, when it was linked.' })),
    createdAt: Timestamp('When it was linked.'),
    lastUsedAt: Nullable(Timestamp('The last sign-in with it.')),
  },
  exampleIdentity,
);
const IdentityList = Named('Identities', { data: Type.Array(IdentityItem) }, { data: [exampleIdentity] });

const presentIdentity = ({ id, provider, address, createdAt, lastUsedAt }: Identity) => ({
  ...{ id, provider, address, createdAt: createdAt.toISOString() },
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

function identityOperations(own: OperationGroup, { identities, authentication }: ProviderRoutesOptions): void {
  const guard = authentication.signedIn;
  const password = Type.Optional(Password);
  const refusals = [
    ...[accountErrors.password_incorrect, accountErrors.recent_sign_in_required],
    ...[httpErrors.rate_limited, httpErrors.overloaded],
  ];

  own.get('', {
    guard,
    operationId: 'listIdentities',
    summary: 'List your identities at providers',
    answer: IdentityList,
    get: async ({ access }) => ({ data: (await identities.list(access.userId)).map(presentIdentity) }),
  });

  own.operation('POST', '', {
    guard,
    operationId: 'linkIdentity',
    whileActing: 'never',
    summary: 'Link an identity',
    description:
      'Takes the code of a sign-in with a provider that was not used for a session. Needs the password or a recent proof. An email tells you.',
    body: { code: Code, password },
    example: { code: exampleCode, password: examplePassword },
    answers: { 200: IdentityItem },
    errors: [providerErrors.provider_sign_in_expired, providerErrors.identity_taken, ...refusals],
    async handle({ access, body, request, origin }) {
      const browser = signInCookies.readProvider(request);
      return presentIdentity(await identities.link(access, body.code, browser, body.password, origin));
    },
  });

  own.remove('/:identityId', {
    guard,
    operationId: 'unlinkIdentity',
    whileActing: 'never',
    summary: 'Unlink an identity',
    description: 'The last way to sign in cannot be removed. Needs a recent proof.',
    params: { identityId: Id('Identity') },
    removed: 'Nobody signs in with it any more. Sessions that were begun with it go on.',
    errors: [accountErrors.last_way_in, httpErrors.not_found, accountErrors.recent_sign_in_required],
    remove: ({ access, params, origin }) => identities.unlink(access, params.identityId, origin),
  });
}
