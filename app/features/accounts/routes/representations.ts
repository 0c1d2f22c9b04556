/** The shapes that account operations take and answer. */
import { Type } from 'typebox';
import {
  Id,
  LINE_PATTERN,
  Named,
  Nullable,
  OneOf,
  Place,
  StatusOf,
  Timestamp,
} from '../../../platform/http/schemas.ts';

import { AddressStatusSchema } from '../../email/email.ts';

export const tags = {
  accounts: { name: 'Accounts', description: 'Registration, and the account of the person who calls.' },
  sessions: { name: 'Sessions', description: 'Signing in and out, refreshing tokens, and the keys that verify them.' },
  factors: { name: 'Factors', description: 'Second factors, recovery codes, and the devices that are known.' },
  passwords: { name: 'Passwords', description: 'Changing a password, and resetting a forgotten one by email.' },
};

const exampleUser = {
  id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f',
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  locale: 'en',
  createdAt: '2026-11-01T09:30:00.000Z',
  updatedAt: '2026-11-01T09:30:00.000Z',
};
export const exampleToken = 'AZidXnoLfMGPDgxaPp0bL3J5c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0';
export const examplePassword = 'correct horse battery staple';

export const Email = Type.String({ minLength: 3, maxLength: 320, format: 'email', description: 'An email address.' });
/** Accepted up to a longer limit than documented: the policy answers with reasons, and this limit only keeps the work bounded. */
export const Password = Type.String({
  maxLength: 1_024,
  document: { maxLength: 128 },
  description: '8 to 128 characters, any Unicode.',
});
export const OptionalPassword = Type.Optional(
  Type.String({
    maxLength: 1_024,
    document: { maxLength: 128 },
    description: 'The current password. It may be left out after a recent sign-in or confirmation.',
  }),
);
export const Mode = Type.Optional(
  OneOf(['bearer', 'cookie'], {
    title: 'SessionMode',
    description: 'Where the refresh token goes; default `bearer`.',
  }),
);
export const DeviceToken = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 200,
    description:
      'The `deviceToken` of an earlier sign-in on this device. Browsers in cookie mode send a cookie instead.',
  }),
);
export const Token = Type.String({ minLength: 1, maxLength: 200, description: 'The token of an emailed link.' });
export const Name = Type.String({ maxLength: 200, pattern: LINE_PATTERN, description: 'Empty: none.' });
export const Locale = Type.String({
  maxLength: 100,
  description: 'A BCP 47 tag; emails are written in its language where there is a translation.',
});

export const User = Named(
  'User',
  {
    id: Id('User'),
    email: Type.String({ format: 'email' }),
    name: Nullable(Type.String()),
    locale: Type.String(),
    createdAt: Timestamp('When the account was registered.'),
    updatedAt: Timestamp('When the account last changed.'),
    emailStatus: Type.Optional(AddressStatusSchema),
  },
  exampleUser,
);

export const exampleRefreshToken = 'AZidXnoLfMGPDgxaPp0bLwGYnV56C3zBjw4MWj6dGy8AAAAB';

export const SignedIn = Named(
  'SignedIn',
  {
    accessToken: Type.String({ description: 'JWT; send it as `Authorization: Bearer`.' }),
    tokenType: OneOf(['Bearer']),
    expiresIn: Type.Integer({ description: 'Seconds until the access token expires.' }),
    refreshToken: Type.Optional(Type.String({ description: 'In bearer mode; in cookie mode it is in the cookie.' })),
    deviceToken: Type.Optional(
      Type.String({
        description:
          'In bearer mode, at a sign-in on a device that is not known: keep it, and send it with later sign-ins. The device is then known: strangers who guess passwords do not lock it out, and a sign-in with it is not emailed as new.',
      }),
    ),
    user: User,
  },
  {
    accessToken: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIuLi4ifQ.MEUCIQ',
    tokenType: 'Bearer',
    expiresIn: 600,
    refreshToken: exampleRefreshToken,
    deviceToken: 'Jm1wA1kq3nJ0b2tlbiBvZiBhIGRldmljZSB0aGF0IGlzIGtub3du',
    user: exampleUser,
  },
);

export const ConfirmedSession = Named(
  'ConfirmedSession',
  {
    accessToken: Type.String({ description: 'JWT; send it as `Authorization: Bearer`.' }),
    tokenType: OneOf(['Bearer']),
    expiresIn: Type.Integer({ description: 'Seconds until the access token expires.' }),
  },
  {
    accessToken: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIuLi4ifQ.MEUCIQ',
    tokenType: 'Bearer',
    expiresIn: 600,
  },
);

export const Session = Named(
  'Session',
  {
    id: Id('Session'),
    current: Type.Boolean({ description: 'True for the session that calls.' }),
    createdAt: Timestamp('When it began.'),
    lastUsedAt: Timestamp('When its tokens were last refreshed.'),
    ipAddress: Nullable(Type.String({ description: 'From where it was signed in.' })),
    userAgent: Nullable(Type.String({ description: 'The program that it was signed in with.' })),
    lastUsedFrom: Place,
    bySupport: Type.Boolean({ description: 'True if an operator acts in your name in it, for a limited time.' }),
  },
  {
    id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b30',
    current: true,
    createdAt: '2026-11-01T09:30:00.000Z',
    lastUsedAt: '2026-11-01T10:00:00.000Z',
    ipAddress: '203.0.113.7',
    userAgent: 'Mozilla/5.0',
    lastUsedFrom: { ipAddress: '198.51.100.20', userAgent: 'Mozilla/5.0' },
    bySupport: false,
  },
);

export const VerificationSent = StatusOf('VerificationSent', 'verification_sent');
export const ResetSent = StatusOf('ResetSent', 'reset_sent');
export const LinkSent = StatusOf('LinkSent', 'link_sent');

export const AccountExport = Named(
  'AccountExport',
  { exportedAt: Type.String(), user: Type.Unknown() },
  { exportedAt: '2026-11-01T09:30:00.000Z', user: exampleUser, sessions: [] },
  { additionalProperties: true },
);
