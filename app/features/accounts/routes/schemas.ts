/** The shapes that account routes take and answer. */
import { Type } from 'typebox';
import { Body, Id, Nullable, Page, Timestamp } from '../../../platform/http/schemas.ts';

export const exampleUser = {
  id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f',
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  locale: 'en',
  createdAt: '2026-11-01T09:30:00.000Z',
  updatedAt: '2026-11-01T09:30:00.000Z',
};

export const Email = Type.String({ minLength: 3, maxLength: 320, description: 'An email address.' });
/** Longer than the policy's limit, which answers with reasons; this one only keeps the work bounded. */
export const Password = Type.String({ maxLength: 1_024, description: '8 to 128 characters, any Unicode.' });
export const Token = Type.String({ minLength: 1, maxLength: 200, description: 'The token of a mailed link.' });
export const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\p{Cc}]*$' });
export const Locale = Type.String({
  maxLength: 35,
  pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
  description: 'BCP 47; mails are written in its language where there is a translation.',
});

export const User = Type.Object(
  {
    id: Id('User'),
    email: Type.String(),
    name: Nullable(Type.String()),
    locale: Type.String(),
    createdAt: Timestamp('When the account was registered.'),
    updatedAt: Timestamp('When the account last changed.'),
  },
  { examples: [exampleUser] },
);

const exampleTokens = {
  accessToken: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIuLi4ifQ.MEUCIQ',
  tokenType: 'Bearer',
  expiresIn: 600,
  refreshToken: 'AZidXnoLfMGPDgxaPp0bLwGYnV56C3zBjw4MWj6dGy8AAAAB',
  user: exampleUser,
};

export const SignedIn = Type.Object(
  {
    accessToken: Type.String({ description: 'JWT; send it as `Authorization: Bearer`.' }),
    tokenType: Type.Literal('Bearer'),
    expiresIn: Type.Integer({ description: 'Seconds until the access token expires.' }),
    refreshToken: Type.Optional(Type.String({ description: 'In bearer mode; in cookie mode it is in the cookie.' })),
    user: User,
  },
  { examples: [exampleTokens] },
);

export const EmailBody = Body({ email: Email }, { email: 'ada@example.com' });
export const TokenBody = Body(
  { token: Token },
  { token: 'AZidXnoLfMGPDgxaPp0bL3J5c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0' },
);

export const Session = Type.Object({
  id: Id('Session'),
  current: Type.Boolean({ description: 'Whether the request was made with this session.' }),
  createdAt: Timestamp('Sign-in.'),
  lastUsedAt: Timestamp('Last refresh.'),
  ipAddress: Nullable(Type.String()),
  userAgent: Nullable(Type.String()),
});

export const SessionPage = Page(Session, {
  id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b30',
  current: true,
  createdAt: '2026-11-01T09:30:00.000Z',
  lastUsedAt: '2026-11-01T11:30:00.000Z',
  ipAddress: '203.0.113.7',
  userAgent: 'Mozilla/5.0',
});

export const Accepted = (status: string) => Type.Object({ status: Type.Literal(status) }, { examples: [{ status }] });
