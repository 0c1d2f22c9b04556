/** Who belongs to an organization, with which role, and who is invited. */

import { isApiError } from '@plinth/client';
import {
  createInvitation,
  deleteInvitation,
  deleteMember,
  listInvitations,
  listMembers,
  resendInvitation,
  updateMember,
} from '@plinth/client/operations';
import { useOperationChange, useOperationPages, useSession } from '@plinth/client/react';
import type { Role } from '@plinth/client/types';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useFormats, useSpeech } from '../language.tsx';
import { ProblemNotice } from '../problems.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Form } from '../ui/form.tsx';
import { OrganizationPage } from '../ui/organization.tsx';
import { Done, Loaded, Table } from '../ui/page.tsx';

const ROLES: readonly Role[] = ['owner', 'admin', 'member', 'billing'];

export function Members() {
  const { organizationId } = useParams({ strict: false }) as { organizationId: string };
  const { t } = useSpeech();
  const { state } = useSession();
  const input = state.status === 'signed-in' ? { organizationId, limit: 100 } : undefined;
  return (
    <OrganizationPage title={t('members.title')} organizationId={organizationId}>
      <MemberTable input={input} />
      <Invite organizationId={organizationId} />
      <Invited input={input} />
    </OrganizationPage>
  );
}

type Input = { organizationId: string; limit: number } | undefined;

function MemberTable({ input }: { input: Input }) {
  const { t } = useSpeech();
  const { date } = useFormats();
  const members = useOperationPages(listMembers, input);
  const update = useOperationChange(updateMember, [listMembers]);
  const remove = useOperationChange(deleteMember, [listMembers]);
  const organizationId = input?.organizationId ?? '';
  return (
    <Loaded query={members}>
      {(rows) => (
        <>
          <ProblemNotice error={update.error} />
          <Table
            caption={t('members.title')}
            head={[t('field.name'), t('members.role'), t('members.since'), t('actions')]}
          >
            {rows.map(({ userId, name, email, role, joinedAt }) => (
              <tr key={userId}>
                <th scope="row">
                  {name ?? email}
                  {name && <div className="quiet-text">{email}</div>}
                </th>
                <td>
                  <select
                    aria-label={t('members.roleOf', { name: name ?? email })}
                    value={role}
                    disabled={update.isPending}
                    onChange={(event) =>
                      update.mutate({ organizationId, userId, body: { role: event.target.value as Role } })
                    }
                  >
                    {ROLES.map((each) => (
                      <option key={each} value={each}>
                        {t('role', { role: each })}
                      </option>
                    ))}
                  </select>
                </td>
                <td>{date(joinedAt)}</td>
                <td>
                  <Confirm
                    action={t('remove')}
                    label={`${t('remove')}: ${name ?? email}`}
                    question={t('members.remove.question', { name: name ?? email })}
                    send={() => remove.mutateAsync({ organizationId, userId })}
                  />
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </Loaded>
  );
}

function Invite({ organizationId }: { organizationId: string }) {
  const { t } = useSpeech();
  const invite = useOperationChange(createInvitation, [listInvitations]);
  const [sentTo, setSentTo] = useState<string>();
  const isFull = isApiError(invite.error) && invite.error.code === 'limit_reached';
  return (
    <section className="card">
      <h2>{t('invite.title')}</h2>
      {sentTo && (
        <Done>
          <p>{t('invite.done', { email: sentTo })}</p>
        </Done>
      )}
      <Form
        fields={[
          { name: 'email', label: t('field.email'), type: 'email', autoComplete: 'off' },
          {
            ...{ name: 'role', label: t('members.role'), initial: 'member' },
            options: ROLES.map((value) => ({ value, text: t('role', { role: value }) })),
          },
        ]}
        button={t('invite.button')}
        send={async ({ email = '', role }) => {
          setSentTo(undefined);
          await invite.mutateAsync({ organizationId, body: { email, role: role as Role } });
          setSentTo(email);
        }}
      />
      {isFull && (
        <p>
          <Link className="button" to="/organizations/$organizationId/billing" params={{ organizationId }}>
            {t('billing.seePlans')}
          </Link>
        </p>
      )}
    </section>
  );
}

function Invited({ input }: { input: Input }) {
  const { t } = useSpeech();
  const { date } = useFormats();
  const invitations = useOperationPages(listInvitations, input);
  const revoke = useOperationChange(deleteInvitation, [listInvitations]);
  const resend = useOperationChange(resendInvitation, [listInvitations]);
  const organizationId = input?.organizationId ?? '';
  return (
    <Loaded query={invitations}>
      {(rows) =>
        rows.length > 0 && (
          <>
            <h2>{t('invited.title')}</h2>
            <ProblemNotice error={resend.error} />
            {resend.isSuccess && (
              <Done>
                <p>{t('invite.done', { email: resend.data.email })}</p>
              </Done>
            )}
            <ul className="rows">
              {rows.map(({ id, email, role, expiresAt }) => (
                <li className="row" key={id}>
                  <div>
                    <p>
                      <strong>{email}</strong> · {t('role', { role })}
                    </p>
                    <p className="quiet-text">{t('invited.until', { date: date(expiresAt) })}</p>
                  </div>
                  <span className="actions">
                    <button
                      type="button"
                      aria-label={`${t('invited.resend')}: ${email}`}
                      aria-disabled={resend.isPending}
                      onClick={() => !resend.isPending && resend.mutate({ organizationId, invitationId: id })}
                    >
                      {t('invited.resend')}
                    </button>
                    <Confirm
                      action={t('invited.revoke')}
                      label={`${t('invited.revoke')}: ${email}`}
                      question={t('invited.revoke.question', { email })}
                      send={() => revoke.mutateAsync({ organizationId, invitationId: id })}
                    />
                  </span>
                </li>
              ))}
            </ul>
          </>
        )
      }
    </Loaded>
  );
}
