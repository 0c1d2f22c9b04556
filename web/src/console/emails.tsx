/** The outbox, and the emails of one person. */
import { listOperatorEmails, listOperatorUserEmails, resendEmail, retryEmail } from '@plinth/client/operations';
import { useOperationChange, useOperationPages } from '@plinth/client/react';
import type { OperatorEmail, OperatorEmailStatus } from '@plinth/client/types';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useFormats } from '../language.tsx';
import { Loaded, More, Page, Table } from '../ui/page.tsx';
import { Action } from './action.tsx';
import { useTexts, useWords } from './texts.ts';

const STATUSES: readonly OperatorEmailStatus[] = ['queued', 'sent', 'failed', 'suppressed'];
/** Templates that can be made anew with another link. */
const RENEWABLE = ['verify-email', 'password-reset'];

export function EmailsPage() {
  const text = useTexts();
  const word = useWords();
  const navigate = useNavigate();
  const { status } = useSearch({ strict: false }) as { status?: OperatorEmailStatus };
  const emails = useOperationPages(listOperatorEmails, status ? { status } : {});
  return (
    <Page title={text('emails')}>
      <p className="field">
        <label htmlFor="status">{text('emails.status')}</label>
        <select
          id="status"
          value={status ?? ''}
          onChange={({ target }) => navigate({ to: '/emails', search: target.value ? { status: target.value } : {} })}
        >
          <option value="">{text('all')}</option>
          {STATUSES.map((each) => (
            <option key={each} value={each}>
              {word('state', each)}
            </option>
          ))}
        </select>
      </p>
      <Loaded query={emails}>{(rows) => <EmailTable emails={rows} />}</Loaded>
      <More query={emails} />
    </Page>
  );
}

export function EmailTable({ emails }: { emails: readonly OperatorEmail[] }) {
  const text = useTexts();
  const word = useWords();
  const { moment } = useFormats();
  const retry = useOperationChange(retryEmail, [listOperatorEmails, listOperatorUserEmails]);
  const resend = useOperationChange(resendEmail, [listOperatorEmails, listOperatorUserEmails]);
  if (emails.length === 0) return <p>{text('none')}</p>;
  return (
    <Table
      caption={text('emails')}
      head={[
        text('emails.template'),
        text('emails.to'),
        text('field.state'),
        text('emails.queued'),
        text('user.actions'),
      ]}
    >
      {emails.map(({ id, template, to, userId, status, createdAt, lastError }) => (
        <tr key={id}>
          <th scope="row">{template}</th>
          <td>
            {userId ? (
              <Link to="/users/$userId" params={{ userId }}>
                {to}
              </Link>
            ) : (
              to
            )}
          </td>
          <td>
            {word('state', status)}
            {lastError && <div className="quiet-text">{lastError}</div>}
          </td>
          <td>{moment(createdAt)}</td>
          <td>
            {status === 'failed' && (
              <Action
                action={text('email.retry')}
                label={`${text('email.retry')}: ${template}, ${to}`}
                send={({ reason }) => retry.mutateAsync({ emailId: id, body: { reason } })}
              />
            )}
            {status === 'sent' && RENEWABLE.includes(template) && (
              <Action
                action={text('email.resend')}
                label={`${text('email.resend')}: ${template}, ${to}`}
                send={({ reason }) => resend.mutateAsync({ emailId: id, body: { reason } })}
              />
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
