import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { Id, Named, Nullable, Timestamp } from '../../../platform/http/schemas.ts';
import type { Authentication } from '../authentication.ts';
import type { Device, Devices } from '../devices/devices.ts';
import { accountErrors } from '../errors.ts';
import type { FactorManagement } from '../factors/managing.ts';
import { Code } from './factor-fields.ts';
import { tags } from './representations.ts';

const Factors = Named(
  'Factors',
  {
    password: Type.Boolean({ description: 'True if the account has a password.' }),
    totp: Type.Boolean({ description: 'True if an authenticator app is set up.' }),
    passkeys: Type.Integer({ description: 'How many passkeys there are.' }),
    recoveryCodes: Type.Integer({ description: 'How many recovery codes are left.' }),
    rememberedDevices: Type.Integer({ description: 'How many devices need no second factor now.' }),
    required: Type.Boolean({ description: 'True if a sign-in needs two factors.' }),
  },
  { password: true, totp: true, passkeys: 1, recoveryCodes: 10, rememberedDevices: 1, required: true },
);

const TotpSetup = Named(
  'TotpSetup',
  {
    secret: Type.String({ description: 'In base 32, to be typed into an authenticator app.' }),
    uri: Type.String({ description: 'An `otpauth:` URI.' }),
    qrCode: Type.String({ description: 'The QR code of the URI: an SVG image as a `data:` URL.' }),
  },
  {
    secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    uri: 'otpauth://totp/Acme:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme',
    qrCode: 'data:image/svg+xml;base64,PHN2Zy8+',
  },
);

const RecoveryCodes = Named(
  'RecoveryCodes',
  { codes: Type.Array(Type.String(), { description: 'Ten codes. They are shown this once.' }) },
  { codes: ['7q2m-x0ap-9kdz-4t1c-wv8e-hb5n'] },
);

const DeviceSchema = Named(
  'Device',
  {
    id: Id('Device'),
    createdAt: Timestamp('When it was first signed in with.'),
    lastSeenAt: Timestamp('When it was last signed in with.'),
    ipAddress: Nullable(Type.String({ description: 'From where it was last signed in with.' })),
    userAgent: Nullable(Type.String({ description: 'The program that it was last signed in with.' })),
    rememberedUntil: Nullable(Timestamp('Until then a sign-in with it needs no second factor. Null: it always does.')),
  },
  {
    id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b31',
    createdAt: '2026-11-01T09:30:00.000Z',
    lastSeenAt: '2026-11-20T10:00:00.000Z',
    ipAddress: '203.0.113.7',
    userAgent: 'Mozilla/5.0',
    rememberedUntil: '2026-12-01T09:30:00.000Z',
  },
);

export interface FactorRoutesOptions {
  management: FactorManagement;
  devices: Pick<Devices, 'list'>;
  authentication: Authentication;
}

export function factorRoutes(operations: Operations, options: FactorRoutesOptions): void {
  const own = operations.at('/v1/users/me', { tag: tags.factors });
  const { management, authentication } = options;
  const guard = authentication.signedIn;

  own.get('/factors', {
    guard,
    operationId: 'getFactors',
    summary: 'Get your factors',
    answer: Factors,
    get: ({ access }) => management.view(access),
  });
  totpOperations(own, options);
  own.operation('POST', '/recovery-codes', {
    guard,
    operationId: 'createRecoveryCodes',
    whileActing: 'never',
    summary: 'Make new recovery codes',
    description:
      'For people who have lost their other factors. Each code works once, in place of a second factor. Older codes are void.',
    answers: { 201: RecoveryCodes },
    errors: [accountErrors.recent_sign_in_required],
    async handle({ access, origin }) {
      return { codes: await management.renewRecoveryCodes(access, origin) };
    },
  });
  deviceOperations(own, options);
}

function totpOperations(own: OperationGroup, { management, authentication }: FactorRoutesOptions): void {
  const guard = authentication.signedIn;

  own.operation('POST', '/totp', {
    guard,
    operationId: 'createTotp',
    whileActing: 'never',
    summary: 'Set up an authenticator app',
    description:
      'Answers with a secret, which counts once a code of it was confirmed, within an hour. Until then, one that was set up before stays.',
    answers: { 201: TotpSetup },
    errors: [accountErrors.recent_sign_in_required],
    handle: ({ access }) => management.prepareTotp(access),
  });

  own.operation('POST', '/totp/confirm', {
    guard,
    operationId: 'confirmTotp',
    whileActing: 'never',
    summary: 'Confirm an authenticator app',
    description:
      'By the code that it shows. From then on each sign-in needs a second factor. Make recovery codes next, for the day when the phone is lost.',
    body: { code: Code },
    example: { code: '287082' },
    answers: { 204: 'A sign-in needs a second factor from now on.' },
    errors: [accountErrors.recent_sign_in_required, accountErrors.second_factor_incorrect, httpErrors.rate_limited],
    handle: ({ access, body, origin }) => management.confirmTotp(access, body.code, origin),
  });

  own.remove('/totp', {
    guard,
    operationId: 'deleteTotp',
    whileActing: 'never',
    summary: 'Remove the authenticator app',
    description: 'Recovery codes go with the last factor.',
    removed: 'Codes of the app are refused from now on.',
    errors: [accountErrors.recent_sign_in_required, httpErrors.not_found],
    remove: ({ access, origin }) => management.removeTotp(access, origin),
  });
}

function deviceOperations(own: OperationGroup, { management, devices, authentication }: FactorRoutesOptions): void {
  const guard = authentication.signedIn;

  own.list('/devices', {
    guard,
    operationId: 'listDevices',
    summary: 'List the devices that you have signed in with',
    item: DeviceSchema,
    rows: ({ access }, limit, after) => devices.list(access.userId, limit, after),
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    present: presentDevice,
  });

  own.remove('/devices/:deviceId', {
    guard,
    operationId: 'deleteDevice',
    whileActing: 'never',
    summary: 'Forget a device',
    description: 'Its next sign-in needs a second factor, if the account has one, and is emailed. Sessions go on.',
    params: { deviceId: Id('Device') },
    removed: 'The device is not known any more.',
    errors: [httpErrors.not_found],
    remove: ({ access, params, origin }) => management.removeDevice(access, params.deviceId, origin),
  });
}

function presentDevice({ id, createdAt, lastSeenAt, ipAddress, userAgent, rememberedUntil }: Device) {
  return {
    id,
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    ipAddress,
    userAgent,
    rememberedUntil: rememberedUntil?.toISOString() ?? null,
  };
}
