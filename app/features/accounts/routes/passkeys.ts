import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import { type OperationGroup, type Operations, publicRoute } from '../../../platform/http/operations/operations.ts';
import { Id, LINE_PATTERN, Named, Nullable, Timestamp } from '../../../platform/http/schemas.ts';
import type { Authentication } from '../authentication.ts';
import { signInCookies } from '../cookies.ts';
import { accountErrors } from '../errors.ts';
import type { CreatedCredential, Passkey as Row, SignedCredential } from '../passkeys/ceremonies.ts';
import type { PasskeySignIn } from '../passkeys/passkey-sign-in.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import { CreatedCredentialSchema, exampleCreated, exampleSigned, SignedCredentialSchema } from './credentials.ts';
import { clientOf, type PresentSignIn } from './presenting.ts';
import { DeviceToken, exampleToken, Mode, SignedIn, tags } from './representations.ts';

const Name = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: LINE_PATTERN,
  description: 'What the person calls it, such as the device.',
});
const Challenge = Type.String({
  minLength: 1,
  maxLength: 500,
  description: 'The `challenge` that came with the options.',
});
const Options = Type.Unknown({ description: 'For the browser, as JSON (WebAuthn level 3, section 5.1).' });

const exampleOptions = { challenge: 'q0Yf2c1IUw3vq0Yf2c1IUw3vq0Yf2c1IUw3vq0Yf2c0', rpId: 'app.example.com' };
const PasskeyOptions = Named(
  'PasskeyOptions',
  {
    challenge: Type.String({ description: 'To be sent with the answer, within 10 minutes.' }),
    options: Options,
  },
  { challenge: exampleToken, options: exampleOptions },
);

const Passkey = Named(
  'Passkey',
  {
    id: Id('Passkey'),
    name: Type.String(),
    createdAt: Timestamp('When it was added.'),
    lastUsedAt: Nullable(Timestamp('When it last signed in, or confirmed.')),
    backedUp: Type.Boolean({ description: 'True if it is copied to other devices of the person.' }),
    transports: Type.Array(Type.String(), { description: 'How the browser reaches it, such as `internal` or `usb`.' }),
    aaguid: Type.String({ description: 'The model of the authenticator; zeros if it does not say.' }),
  },
  {
    id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b32',
    name: 'Laptop',
    createdAt: '2026-11-01T09:30:00.000Z',
    lastUsedAt: null,
    backedUp: true,
    transports: ['internal', 'hybrid'],
    aaguid: '00000000-0000-0000-0000-000000000000',
  },
);

export interface PasskeyRoutesOptions {
  passkeys: Passkeys;
  signIn: PasskeySignIn;
  relatedOrigins: readonly string[];
  authentication: Authentication;
  present: PresentSignIn;
}

export function passkeyRoutes(operations: Operations, options: PasskeyRoutesOptions): void {
  additionOperations(operations.at('/v1/passkeys', { tag: tags.factors }), options);
  managingOperations(operations.at('/v1/passkeys', { tag: tags.factors }), options);
  signInOperations(operations.at('/v1/sessions/passkey', { tag: tags.sessions }), options);
  relatedOriginsOperation(operations, options);
}

function additionOperations(own: OperationGroup, { passkeys, authentication }: PasskeyRoutesOptions): void {
  const guard = authentication.signedIn;

  own.operation('POST', '/options', {
    guard,
    operationId: 'createPasskeyOptions',
    whileActing: 'never',
    summary: 'Begin to add a passkey',
    description:
      'Give `options` to `PublicKeyCredential.parseCreationOptionsFromJSON` and `navigator.credentials.create`, and send what it makes to `POST /v1/passkeys`.',
    answers: { 200: PasskeyOptions },
    errors: [accountErrors.recent_sign_in_required],
    handle: ({ access }) => passkeys.options(access),
  });

  own.operation('POST', '', {
    guard,
    operationId: 'createPasskey',
    whileActing: 'never',
    summary: 'Add a passkey',
    description:
      'From then on a sign-in needs the passkey, or the password and another factor. A passkey that verifies the person, by a PIN or a fingerprint, is enough alone.',
    body: { challenge: Challenge, credential: CreatedCredentialSchema, name: Type.Optional(Name) },
    example: { challenge: exampleToken, credential: exampleCreated, name: 'Laptop' },
    answers: { 201: Passkey },
    errors: [
      accountErrors.recent_sign_in_required,
      accountErrors.invalid_challenge,
      accountErrors.passkey_refused,
      accountErrors.passkey_exists,
      accountErrors.too_many_passkeys,
    ],
    async handle({ access, body, origin }) {
      const { credential, ...request } = body;
      const given = { ...request, credential: credential as CreatedCredential };
      return presentPasskey(await passkeys.add(access, given, origin));
    },
  });
}

function managingOperations(own: OperationGroup, { passkeys, authentication }: PasskeyRoutesOptions): void {
  const guard = authentication.signedIn;
  const params = { passkeyId: Id('Passkey') };

  own.list('', {
    guard,
    operationId: 'listPasskeys',
    summary: 'List your passkeys',
    item: Passkey,
    rows: ({ access }, limit, after) => passkeys.list(access.userId, limit, after?.[0]),
    keyOf: ({ id }) => [id],
    present: presentPasskey,
  });

  own.change('/:passkeyId', {
    guard,
    operationId: 'updatePasskey',
    whileActing: 'never',
    summary: 'Name a passkey',
    params,
    body: { name: Name },
    example: { name: 'Old laptop' },
    answer: Passkey,
    errors: [httpErrors.not_found],
    change: async ({ access, params: { passkeyId }, body, origin }) =>
      presentPasskey(await passkeys.rename(access, passkeyId, body.name, origin)),
  });

  own.remove('/:passkeyId', {
    guard,
    operationId: 'deletePasskey',
    whileActing: 'never',
    summary: 'Remove a passkey',
    description: 'Recovery codes go with the last factor.',
    params,
    removed: 'The passkey is refused from now on.',
    errors: [httpErrors.not_found, accountErrors.recent_sign_in_required, accountErrors.last_way_in],
    remove: ({ access, params: { passkeyId }, origin }) => passkeys.remove(access, passkeyId, origin),
  });
}

function signInOperations(own: OperationGroup, { signIn, present }: PasskeyRoutesOptions): void {
  own.operation('POST', '/options', {
    guard: publicRoute,
    operationId: 'createPasskeySignInOptions',
    summary: 'Begin to sign in with a passkey',
    description:
      'Give `options` to `PublicKeyCredential.parseRequestOptionsFromJSON` and `navigator.credentials.get`, also with `mediation: "conditional"`. The answer names no account. With the challenge of a sign-in that needs another proof, the options are for that, and name the passkeys of the account.',
    body: {
      challenge: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'The `challenge.token` of `second_factor_required`.',
        }),
      ),
    },
    example: {},
    answers: { 200: PasskeyOptions },
    errors: [accountErrors.invalid_challenge],
    handle: ({ request, body }) => signIn.options(body.challenge, signInCookies.readChallenge(request)),
  });

  own.operation('POST', '', {
    guard: publicRoute,
    operationId: 'createSessionByPasskey',
    summary: 'Sign in with a passkey',
    description: 'One answer for a passkey that is not known, a wrong signature and a suspended user.',
    body: { challenge: Challenge, credential: SignedCredentialSchema, mode: Mode, deviceToken: DeviceToken },
    example: { challenge: exampleToken, credential: exampleSigned },
    answers: { 201: SignedIn },
    sends: ['set-cookie'],
    errors: [
      accountErrors.invalid_challenge,
      accountErrors.invalid_credentials,
      accountErrors.second_factor_required,
      accountErrors.company_sign_in_required,
      httpErrors.rate_limited,
    ],
    async handle({ request, reply, body: { challenge, credential, ...rest }, origin }) {
      const signed = { challenge, credential: credential as SignedCredential };
      return present(reply, await signIn.signIn(signed, clientOf(request, rest, origin)));
    },
  });
}

function relatedOriginsOperation(operations: Operations, { relatedOrigins }: PasskeyRoutesOptions): void {
  const RelatedOrigins = Named(
    'RelatedOrigins',
    { origins: Type.Array(Type.String()) },
    { origins: ['https://app.example.org'] },
  );
  operations.at('/.well-known', { tag: tags.factors }).get('/webauthn', {
    guard: publicRoute,
    operationId: 'getRelatedOrigins',
    summary: 'Origins that may use the same passkeys',
    description: 'Related origin requests (WebAuthn level 3, section 5.11), if there are any.',
    caching: 'public, max-age=300',
    answer: RelatedOrigins,
    errors: [httpErrors.not_found],
    get() {
      if (relatedOrigins.length === 0) throw httpErrors.not_found();
      return { origins: [...relatedOrigins] };
    },
  });
}

function presentPasskey({ id, name, createdAt, lastUsedAt, backedUp, transports, aaguid }: Row) {
  return {
    ...{ id, name, backedUp, transports, aaguid },
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
