/** One person: the state of the account, its history, what support can do, and acting in its name. */
import {
  createImpersonation,
  getOperatorUser,
  liftSuppression,
  listOperatorUserAuditEvents,
  listOperatorUserEmails,
  listOperatorUserSessions,
  resetUserFactors,
  suspendUser,
  unsuspendUser,
  verifyUser,
} from '@plinth/client/operations';
import { useClient, useOperation, useOperationChange, useOperationPages } from '@plinth/client/react';
import type { OperatorUser } from '@plinth/client/types';
import { useParams, useSearch } from '@tanstack/react-router';
import { beginActing } from '../acting.ts';
import { useFormats } from '../language.tsx';
import { deviceOf } from '../ui/account.tsx';
import { Facts } from '../ui/facts.tsx';
import { Done, Loaded, More, Page, Table } from '../ui/page.tsx';
import { Action } from './action.tsx';
import { EmailTable } from './emails.tsx';
import { FoundList } from './found.tsx';
import { useTexts, useWords } from './texts.ts';
import { Trail } from './trail.tsx';

const MINUTES = [5, 15, 30, 60];
/** What is different after any change of a person. */
const CHANGED = [getOperatorUser, listOperatorUserSessions, listOperatorUserAuditEvents, listOperatorUserEmails];

export function UserPage() {
  const { userId } = useParams({ strict: false }) as { userId: string };
  const { ended } = useSearch({ strict: false }) as { ended?: string };
  const text = useTexts();
  const user = useOperation(getOperatorUser, { userId });
  const trail = useOperationPages(listOperatorUserAuditEvents, { userId });
  return (
    <Page title={user.data?.email ?? text('kind.user')} lead={user.data?.name}>
      {ended && (
        <Done>
          <p>{text('user.ended')}</p>
        </Done>
      )}
      <Loaded query={user}>
        {(found) => (
          <>
            <UserFacts user={found} />
            <UserActions user={found} />
            {found.related.length > 0 && (
              <section>
                <h2>{text('related')}</h2>
                <FoundList found={found.related} />
              </section>
            )}
            <UserSessions userId={userId} />
            <UserEmails userId={userId} />
          </>
        )}
      </Loaded>
      {user.data && <Trail query={trail} />}
    </Page>
  );
}

function UserFacts({ user }: { user: OperatorUser }) {
  const text = useTexts();
  const word = useWords();
  const { moment } = useFormats();
  const { totp, passkeys, recoveryCodes: codes } = user.factors;
  const yes = (is: boolean) => text(is ? 'yes' : 'no');
  return (
    <section className="card">
      <h2>{text('facts')}</h2>
      <Facts
        facts={[
          [text('field.state'), <strong key="state">{word('state', user.state)}</strong>],
          [text('field.id'), user.id],
          [text('field.emailStatus'), word('state', user.emailStatus)],
          [text('field.created'), moment(user.createdAt)],
          [text('field.verified'), user.emailVerifiedAt ? moment(user.emailVerifiedAt) : text('no')],
          [text('field.password'), yes(user.hasPassword)],
          [text('field.factors'), text('factors', { totp: String(totp), passkeys, codes })],
          [text('field.operator'), yes(user.operator)],
          ...(user.purgeAt ? ([[text('field.purged'), moment(user.purgeAt)]] as const) : []),
        ]}
      />
    </section>
  );
}

function UserActions({ user }: { user: OperatorUser }) {
  const text = useTexts();
  const client = useClient();
  const { id: userId, email } = user;
  const suspend = useOperationChange(suspendUser, CHANGED);
  const restore = useOperationChange(unsuspendUser, CHANGED);
  const verify = useOperationChange(verifyUser, CHANGED);
  const reset = useOperationChange(resetUserFactors, CHANGED);
  const lift = useOperationChange(liftSuppression, CHANGED);
  const hasFactors = user.factors.totp || user.factors.passkeys > 0;
  return (
    <section>
      <h2>{text('user.actions')}</h2>
      <div className="actions">
        {user.state === 'active' && !user.operator && (
          <Action
            action={text('user.act')}
            about={text('user.act.about')}
            fields={[
              {
                ...{ name: 'mode', label: text('user.act.mode'), initial: 'reading' },
                options: (['reading', 'changing'] as const).map((value) => ({
                  value,
                  text: text(`user.act.${value}`),
                })),
              },
              {
                ...{ name: 'minutes', label: text('user.act.minutes'), initial: '15' },
                options: MINUTES.map((count) => ({ value: String(count), text: text('minutes', { count }) })),
              },
            ]}
            send={async ({ mode, minutes, reason }) => {
              const body = { reason, minutes: Number(minutes), mayChange: mode === 'changing' };
              beginActing(await client.call(createImpersonation, { userId, body }), email);
            }}
          />
        )}
        {user.state === 'suspended' ? (
          <Action
            action={text('user.restore')}
            send={({ reason }) => restore.mutateAsync({ userId, body: { reason } })}
          />
        ) : (
          <Action
            danger
            action={text('user.suspend')}
            about={text('user.suspend.about')}
            send={({ reason }) => suspend.mutateAsync({ userId, body: { reason } })}
          />
        )}
        {user.emailVerifiedAt === null && (
          <Action
            action={text('user.verify')}
            send={({ reason }) => verify.mutateAsync({ userId, body: { reason } })}
          />
        )}
        {hasFactors && (
          <Action
            danger
            action={text('user.resetFactors')}
            about={text('user.resetFactors.about')}
            send={({ reason }) => reset.mutateAsync({ userId, body: { reason } })}
          />
        )}
        {user.emailStatus !== 'deliverable' && (
          <Action
            action={text('user.lift')}
            send={({ reason }) => lift.mutateAsync({ body: { address: email, reason } })}
          />
        )}
      </div>
    </section>
  );
}

function UserSessions({ userId }: { userId: string }) {
  const text = useTexts();
  const { moment } = useFormats();
  const sessions = useOperationPages(listOperatorUserSessions, { userId });
  return (
    <section>
      <h2>{text('sessions')}</h2>
      <Loaded query={sessions}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{text('none')}</p>
          ) : (
            <Table
              caption={text('sessions')}
              head={[text('sessions.from'), text('sessions.by'), text('sessions.used'), text('field.id')]}
            >
              {rows.map(({ id, ipAddress, userAgent, amr, lastUsedAt, actorId }) => (
                <tr key={id}>
                  <th scope="row">{actorId ? text('sessions.support') : (deviceOf(userAgent) ?? ipAddress ?? '–')}</th>
                  <td>{amr.join(', ')}</td>
                  <td>{moment(lastUsedAt)}</td>
                  <td>{id}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
      <More query={sessions} />
    </section>
  );
}

function UserEmails({ userId }: { userId: string }) {
  const text = useTexts();
  const emails = useOperationPages(listOperatorUserEmails, { userId });
  return (
    <section>
      <h2>{text('emails')}</h2>
      <Loaded query={emails}>{(rows) => <EmailTable emails={rows} />}</Loaded>
      <More query={emails} />
    </section>
  );
}
