/** The shapes that operator operations take and answer. */
import { Type } from 'typebox';
import { Id, LINE_PATTERN, Named, Nullable, OneOf, Timestamp } from '../../../platform/http/schemas.ts';
import { jobStates } from '../../../platform/jobs/overview.ts';
import { AddressStatusSchema } from '../../email/email.ts';

export const OPERATOR_PATH = '/v1/operator';
export const operatorTag = {
  name: 'Operator console',
  description:
    'For the staff of the product (docs/operator.md). Every call needs an operator who has proven a second factor, and every look and every change is audited. A setting turns all of it off.',
};

const at = '2026-11-01T09:30:00.000Z';
const exampleUserId = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f';
export const exampleReason = 'Ticket 4711: the confirmation did not arrive';

/** Why an operator does something. It is in the trail of whomever it is about, who may read it. */
export const Reason = Type.String({
  minLength: 5,
  maxLength: 500,
  pattern: LINE_PATTERN,
  description: 'Why. It is in the audit trail of whomever it is about, who may read it.',
});

export const FoundItem = Named(
  'OperatorFound',
  {
    kind: Type.String({ description: 'E.g. `user`, `organization`, `email`, `api_key`, `customer`.' }),
    id: Type.String(),
    title: Type.String(),
    detail: Nullable(Type.String()),
    userId: Nullable(Id('The user on whose page it is.')),
    organizationId: Nullable(Id('The organization on whose page it is.')),
  },
  {
    kind: 'user',
    id: exampleUserId,
    title: 'ada@example.com',
    detail: 'active',
    userId: exampleUserId,
    organizationId: null,
  },
);

export const FoundList = Named(
  'OperatorFoundList',
  { data: Type.Array(FoundItem) },
  {
    data: [
      {
        kind: 'user',
        id: exampleUserId,
        title: 'ada@example.com',
        detail: 'active',
        userId: exampleUserId,
        organizationId: null,
      },
    ],
  },
);

export const userStates = ['active', 'unverified', 'suspended', 'deleted'] as const;

export const OperatorUser = Named(
  'OperatorUser',
  {
    id: Id('User'),
    email: Type.String({ format: 'email' }),
    name: Nullable(Type.String()),
    locale: Type.String(),
    state: OneOf(userStates, { title: 'OperatorUserState' }),
    operator: Type.Boolean({ description: 'True for an operator, in whose name nobody may act.' }),
    createdAt: Timestamp('When the account was registered.'),
    emailVerifiedAt: Nullable(Timestamp('When the address was verified.')),
    suspendedAt: Nullable(Timestamp('Since when the account is suspended.')),
    purgeAt: Nullable(Timestamp('When the deleted account is purged.')),
    hasPassword: Type.Boolean(),
    factors: Named('OperatorUserFactors', {
      totp: Type.Boolean(),
      passkeys: Type.Integer(),
      recoveryCodes: Type.Integer(),
    }),
    emailStatus: AddressStatusSchema,
    related: Type.Array(FoundItem, { description: 'E.g. the organizations of the person.' }),
  },
  {
    id: exampleUserId,
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    locale: 'en',
    state: 'active',
    operator: false,
    createdAt: at,
    emailVerifiedAt: at,
    suspendedAt: null,
    purgeAt: null,
    hasPassword: true,
    factors: { totp: true, passkeys: 0, recoveryCodes: 9 },
    emailStatus: 'deliverable',
    related: [],
  },
);

export const OperatorSession = Named(
  'OperatorSession',
  {
    id: Id('Session'),
    createdAt: Timestamp('When it began.'),
    lastUsedAt: Timestamp('When its tokens were last refreshed.'),
    ipAddress: Nullable(Type.String()),
    userAgent: Nullable(Type.String()),
    amr: Type.Array(Type.String(), { description: 'How the person signed in (RFC 8176).' }),
    actorId: Nullable(Id('The operator who acts in it.')),
  },
  {
    id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b31',
    createdAt: at,
    lastUsedAt: at,
    ipAddress: '203.0.113.7',
    userAgent: 'Mozilla/5.0',
    amr: ['pwd', 'otp', 'mfa'],
    actorId: null,
  },
);

export const emailStatuses = ['queued', 'sent', 'failed', 'suppressed'] as const;
export const EmailStatusSchema = OneOf(emailStatuses, { title: 'OperatorEmailStatus' });

export const OperatorEmail = Named(
  'OperatorEmail',
  {
    id: Id('Email'),
    userId: Nullable(Id('The user whom the email is about.')),
    template: Type.String(),
    locale: Type.String(),
    to: Type.String(),
    status: EmailStatusSchema,
    attempts: Type.Integer(),
    nextAttemptAt: Nullable(Timestamp('The next try, if it is queued.')),
    lastError: Nullable(Type.String()),
    providerResponse: Nullable(Type.String({ description: 'What the mail server answered when it took the email.' })),
    createdAt: Timestamp('When it was queued.'),
    sentAt: Nullable(Timestamp('When it was sent.')),
    failedAt: Nullable(Timestamp('When it was given up.')),
  },
  {
    id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b60',
    userId: exampleUserId,
    template: 'verify-email',
    locale: 'en',
    to: 'ada@example.com',
    status: 'failed',
    attempts: 12,
    nextAttemptAt: null,
    lastError: 'connection refused',
    providerResponse: null,
    createdAt: at,
    sentAt: null,
    failedAt: at,
  },
);

export const Suppression = Named(
  'OperatorSuppression',
  {
    address: Type.String(),
    scope: OneOf(['all', 'bulk'], { title: 'OperatorSuppressionScope' }),
    reason: Type.String(),
    provider: Nullable(Type.String()),
    detail: Nullable(Type.String()),
    createdAt: Timestamp('Since when.'),
  },
  {
    address: 'ada@example.com',
    scope: 'all',
    reason: 'hard_bounce',
    provider: 'ses',
    detail: null,
    createdAt: at,
  },
);

export const SuppressionList = Named(
  'OperatorSuppressionList',
  { data: Type.Array(Suppression) },
  {
    data: [
      { address: 'ada@example.com', scope: 'all', reason: 'hard_bounce', provider: 'ses', detail: null, createdAt: at },
    ],
  },
);

export const QueueList = Named(
  'OperatorQueueList',
  {
    data: Type.Array(
      Named('OperatorQueue', {
        queue: Type.String(),
        waiting: Type.Integer({ description: 'Jobs that could run now.' }),
        later: Type.Integer({ description: 'Jobs that are to run later.' }),
        running: Type.Integer(),
        failing: Type.Integer({ description: 'Jobs that have failed, and will be tried again.' }),
        dead: Type.Integer({ description: 'Jobs that have failed for the last time.' }),
        oldestSeconds: Type.Number({ description: 'How long the oldest job has been waiting.' }),
      }),
    ),
  },
  {
    data: [{ queue: 'email.deliver', waiting: 0, later: 1, running: 0, failing: 1, dead: 2, oldestSeconds: 0 }],
  },
);

export const JobStateSchema = OneOf(jobStates, { title: 'OperatorJobState' });

export const OperatorJob = Named(
  'OperatorJob',
  {
    id: Id('Job'),
    queue: Type.String({ description: 'With `.dead` at its end for a dead letter.' }),
    state: JobStateSchema,
    createdAt: Timestamp('When it was queued.'),
    startAfter: Timestamp('When it runs at the earliest.'),
    retries: Type.Integer(),
    reason: Nullable(Type.String({ description: 'Why the last try failed.' })),
    about: Type.Record(Type.String(), Type.String(), { description: 'The ids that its data names.' }),
  },
  {
    id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b61',
    queue: 'email.deliver.dead',
    state: 'dead',
    createdAt: at,
    startAfter: at,
    retries: 0,
    reason: 'connection refused',
    about: { messageId: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b60' },
  },
);

const exampleImpersonation = {
  id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b62',
  userId: exampleUserId,
  mayChange: false,
  createdAt: at,
  expiresAt: '2026-11-01T09:45:00.000Z',
};

export const Impersonation = Named(
  'Impersonation',
  {
    id: Id('Impersonation; also the `sid` of its tokens.'),
    userId: Id('The user in whose name the operator acts.'),
    mayChange: Type.Boolean({ description: 'False: for reading only.' }),
    createdAt: Timestamp('When it began.'),
    expiresAt: Timestamp('When it ends, whatever else happens.'),
  },
  exampleImpersonation,
);

export const ImpersonationList = Named(
  'ImpersonationList',
  { data: Type.Array(Impersonation) },
  { data: [exampleImpersonation] },
);

export const BegunImpersonation = Named(
  'BegunImpersonation',
  {
    impersonation: Impersonation,
    accessToken: Type.String({ description: 'A token of the user that names the operator in `act` (RFC 8693).' }),
    tokenType: OneOf(['Bearer']),
    expiresIn: Type.Integer({ description: 'Seconds until the access token expires.' }),
  },
  {
    impersonation: exampleImpersonation,
    accessToken: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIuLi4ifQ.MEUCIQ',
    tokenType: 'Bearer',
    expiresIn: 600,
  },
);

export const OperatorProfile = Named(
  'OperatorProfile',
  { userId: Id('User'), since: Timestamp('When the person was made an operator.') },
  { userId: exampleUserId, since: at },
);
