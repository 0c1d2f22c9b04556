/** Signing in by an emailed link or code. While the setting is off, the operations answer as if they were not there. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import { type OperationGroup, type Operations, publicRoute } from '../../../platform/http/operations/operations.ts';
import { randomSecret } from '../../../platform/security/random.ts';
import { signInCookies } from '../cookies.ts';
import type { EmailLinkSignIn } from '../email-links/email-link-sign-in.ts';
import type { EmailLinkRequests } from '../email-links/requests.ts';
import { accountErrors, linkExpired } from '../errors.ts';
import { requireOne } from './factor-fields.ts';
import { clientOf, type PresentSignIn } from './presenting.ts';
import { DeviceToken, Email, exampleToken, LinkSent, Mode, SignedIn, Token, tags } from './representations.ts';

export interface EmailLinkRoutesOptions {
  requests: Pick<EmailLinkRequests, 'request'>;
  signIn: EmailLinkSignIn;
  present: PresentSignIn;
  /** The setting `EMAIL_LINK_SIGN_IN`. */
  isOn: boolean;
}

export function emailLinkRoutes(operations: Operations, options: EmailLinkRoutesOptions): void {
  requestOperation(operations.at('/v1/email-links', { tag: tags.sessions }), options);
  signInOperation(operations.at('/v1/sessions/email-link', { tag: tags.sessions }), options);
}

function requireOn({ isOn }: EmailLinkRoutesOptions): void {
  if (!isOn) throw httpErrors.not_found({ detail: 'Signing in by email is off here: the setting EMAIL_LINK_SIGN_IN.' });
}

function requestOperation(own: OperationGroup, options: EmailLinkRoutesOptions): void {
  own.operation('POST', '', {
    guard: publicRoute,
    operationId: 'createEmailLink',
    summary: 'Email a link to sign in',
    description:
      'Silent about whether the address has an account. The email has a link and a code of six digits, which work once, within 10 minutes. The link leads to the page `/sign-in/email-link` of the frontend, which sends its `token` from the same browser: the answer sets a cookie, so a page of another origin asks with credentials. Needs the setting `EMAIL_LINK_SIGN_IN`.',
    body: { email: Email },
    example: { email: 'ada@example.com' },
    answers: { 202: LinkSent },
    sends: ['set-cookie'],
    errors: [httpErrors.not_found, accountErrors.invalid_email, httpErrors.rate_limited],
    async handle({ request, reply, body, origin }) {
      requireOn(options);
      await options.requests.request(body.email, browserOf(request, reply), origin);
      return { status: 'link_sent' };
    },
  });
}

const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** One secret for all links that a browser asks for, so that two tabs do not take it from each other. */
function browserOf(request: FastifyRequest, reply: FastifyReply): string {
  const kept = signInCookies.readEmailLink(request);
  const browser = kept !== undefined && SECRET.test(kept) ? kept : randomSecret(32).toString('base64url');
  signInCookies.setEmailLink(reply, browser);
  return browser;
}

function signInOperation(own: OperationGroup, options: EmailLinkRoutesOptions): void {
  const { signIn, present } = options;
  own.operation('POST', '', {
    guard: publicRoute,
    operationId: 'createSessionByEmailLink',
    summary: 'Sign in by email',
    description:
      'By the `token` of the emailed link, in the browser that asked for it; or by `email` and `code`, in any other one. One answer for an unknown address and for a wrong code, of which a link allows 5. Needs the setting `EMAIL_LINK_SIGN_IN`.',
    body: {
      token: Type.Optional(Token),
      email: Type.Optional(Email),
      code: Type.Optional(
        Type.String({ minLength: 1, maxLength: 20, description: 'Six digits, as the email has them. With `email`.' }),
      ),
      mode: Mode,
      deviceToken: DeviceToken,
    },
    example: { token: exampleToken },
    answers: { 201: SignedIn },
    sends: ['set-cookie'],
    errors: [
      httpErrors.not_found,
      accountErrors.invalid_token,
      linkExpired,
      accountErrors.invalid_credentials,
      accountErrors.other_browser,
      accountErrors.second_factor_required,
      accountErrors.company_sign_in_required,
      httpErrors.rate_limited,
    ],
    async handle({ request, reply, body: { token, email, code, ...rest }, origin }) {
      requireOn(options);
      requireOne({ token, code }, ['token', 'code']);
      requireOne({ token, email }, ['token', 'email']);
      const client = clientOf(request, rest, origin);
      const outcome =
        token === undefined
          ? await signIn.byCode({ email: email!, code: code! }, client)
          : await signIn.byLink(token, signInCookies.readEmailLink(request), client);
      return present(reply, outcome);
    },
  });
}
