import { Type } from 'typebox';
import type { Database } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { Id, StatusOf } from '../../../platform/http/schemas.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import { type Email, type EmailSummary, parseAddress } from '../../email/email.ts';
import { operatorErrors } from '../errors.ts';
import type { OperatorFollowers } from '../followers.ts';
import type { OperatorGuard } from '../guard.ts';
import type { Looks } from '../looks.ts';
import {
  EmailStatusSchema,
  exampleReason,
  OPERATOR_PATH,
  OperatorEmail,
  operatorTag,
  Reason,
  SuppressionList,
} from './representations.ts';

export interface EmailRoutesOptions {
  guard: OperatorGuard;
  looks: Looks;
  email: Pick<Email, 'list' | 'find' | 'retry' | 'suppressions' | 'unsuppress'>;
  followers: Pick<OperatorFollowers, 'resender'>;
  db: Database;
  accounts: Pick<Accounts, 'users'>;
}

const params = { emailId: Id('Email') };
const Address = Type.String({ minLength: 3, maxLength: 320, format: 'email', description: 'An email address.' });

export function operatorEmailRoutes(operations: Operations, options: EmailRoutesOptions): void {
  const emails = operations.at(`${OPERATOR_PATH}/emails`, { tag: operatorTag });
  viewOperations(emails, options);
  sendingOperations(emails, options);
  suppressionOperations(operations.at(`${OPERATOR_PATH}/suppressions`, { tag: operatorTag }), options);
}

function viewOperations(emails: OperationGroup, { guard, looks, email }: EmailRoutesOptions): void {
  emails.list('', {
    guard,
    operationId: 'listOperatorEmails',
    summary: 'Look at the outbox',
    description: 'The newest first, without content.',
    query: { status: Type.Optional(EmailStatusSchema) },
    item: OperatorEmail,
    async rows({ access, query: { status } }, limit, after): Promise<EmailSummary[]> {
      await looks.around(access, 'emails');
      return email.list({ status, limit, before: after?.[0] });
    },
    keyOf: ({ id }) => [id],
    present: presentEmail,
  });

  emails.get('/:emailId', {
    guard,
    operationId: 'getOperatorEmail',
    summary: 'Look at an email',
    params,
    answer: OperatorEmail,
    errors: [httpErrors.not_found],
    async get({ access, params: { emailId } }) {
      const found = await email.find(emailId);
      if (!found) throw httpErrors.not_found();
      await looks.around(access, `email ${emailId}`);
      return presentEmail(found);
    },
  });
}

function sendingOperations(emails: OperationGroup, options: EmailRoutesOptions): void {
  const { db, guard, looks, email, followers } = options;
  const common = {
    guard,
    params,
    body: { reason: Reason },
    example: { reason: exampleReason },
    errors: [httpErrors.not_found, operatorErrors.email_not_retryable],
  };

  emails.operation('POST', '/:emailId/retry', {
    ...common,
    operationId: 'retryEmail',
    summary: 'Send a failed email again',
    description: 'With all its tries. The content of an email that failed more than 14 days ago is wiped.',
    answers: { 200: OperatorEmail },
    async handle({ access, params: { emailId }, body: { reason } }) {
      const found = await email.find(emailId);
      if (!found) throw httpErrors.not_found();
      const retried = await email.retry({
        id: emailId,
        async alongside(tx) {
          await access.again(tx);
          const target = { type: 'email', id: emailId };
          const change = { action: 'email.retried', userId: found.userId, target, details: { reason } } as const;
          await looks.changed(tx, access, change);
        },
      });
      if (retried === 0)
        throw operatorErrors.email_not_retryable({ detail: 'It has not failed, or its content is wiped.' });
      return presentEmail((await email.find(emailId))!);
    },
  });

  emails.operation('POST', '/:emailId/resend', {
    ...common,
    operationId: 'resendEmail',
    summary: 'Send an email once more, with a new link',
    description:
      'For emails that confirm an address or reset a password. What was sent is wiped, so a new one is made; the link of the old one goes on working until it expires or is used.',
    answers: { 202: StatusOf('EmailResent', 'queued') },
    async handle({ access, params: { emailId }, body: { reason } }) {
      const found = await email.find(emailId);
      if (!found) throw httpErrors.not_found();
      const send = await followers.resender(found, access);
      if (!send)
        throw operatorErrors.email_not_retryable({ detail: `There is nothing to send again for ${found.template}.` });
      await transact(db, async (tx) => {
        await access.again(tx);
        const target = { type: 'email', id: emailId };
        const change = { action: 'email.resent', userId: found.userId, target, details: { reason } } as const;
        await looks.changed(tx, access, change);
      });
      await send();
      return { status: 'queued' };
    },
  });
}

function suppressionOperations(suppressions: OperationGroup, options: EmailRoutesOptions): void {
  const { db, guard, looks, email, accounts } = options;
  suppressions.get('', {
    guard,
    operationId: 'listSuppressions',
    summary: 'Look up why an address gets no email',
    query: { address: Address },
    answer: SuppressionList,
    async get({ access, query: { address } }) {
      const found = await email.suppressions(address);
      await looks.searched(access, { text: '', address: parseAddress(address) ?? undefined }, found.length);
      return { data: found.map(({ createdAt, ...row }) => ({ ...row, createdAt: createdAt.toISOString() })) };
    },
  });

  suppressions.operation('POST', '/lift', {
    guard,
    operationId: 'liftSuppression',
    summary: 'Let an address get email again',
    description: 'Also bulk email. Lift it only when the cause is gone: providers block senders whose email bounces.',
    body: { address: Address, reason: Reason },
    example: { address: 'ada@example.com', reason: exampleReason },
    answers: { 204: 'The address gets email again.' },
    errors: [httpErrors.not_found],
    async handle({ access, body: { address, reason } }) {
      const parsed = parseAddress(address);
      const userId = parsed ? ((await accounts.users.findByAddress(db, parsed))?.id ?? null) : null;
      const lifted = await email.unsuppress(address, async (tx) => {
        await access.again(tx);
        const target = { type: 'user', id: userId ?? access.userId };
        await looks.changed(tx, access, { action: 'email.unsuppressed', userId, target, details: { reason } });
      });
      if (!lifted) throw httpErrors.not_found({ detail: 'The address is not suppressed.' });
    },
  });
}

/** An email as operators see it: without its content. */
export function presentEmail({ createdAt, nextAttemptAt, sentAt, failedAt, ...email }: EmailSummary) {
  return {
    ...email,
    createdAt: createdAt.toISOString(),
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    sentAt: sentAt?.toISOString() ?? null,
    failedAt: failedAt?.toISOString() ?? null,
  };
}
