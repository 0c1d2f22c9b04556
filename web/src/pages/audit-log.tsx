/** The audit log of an organization: who did what, and when; with filters, and as a file. */
import { exportOrganizationAuditEvents, listOrganizationAuditEvents } from '@plinth/client/operations';
import { useClient, useOperationPages, useSession } from '@plinth/client/react';
import type { AuditAction, AuditEvent } from '@plinth/client/types';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useFormats, useSpeech } from '../language.tsx';
import { ProblemNotice } from '../problems.tsx';
import { type Answers, Form } from '../ui/form.tsx';
import { OrganizationPage } from '../ui/organization.tsx';
import { Loaded, More, Table } from '../ui/page.tsx';

interface Filter {
  readonly action?: AuditAction;
  readonly actorId?: string;
  readonly from?: string;
  readonly to?: string;
}

export function AuditLog() {
  const { organizationId } = useParams({ strict: false }) as { organizationId: string };
  const { t } = useSpeech();
  const { state } = useSession();
  const [filter, setFilter] = useState<Filter>({});
  const input = { organizationId, ...filter };
  const events = useOperationPages(listOrganizationAuditEvents, state.status === 'signed-in' ? input : undefined);
  return (
    <OrganizationPage title={t('auditLog.title')} organizationId={organizationId}>
      <section className="card">
        <h2>{t('auditLog.filter')}</h2>
        <Form
          quiet
          fields={[
            { name: 'action', label: t('auditLog.action'), hint: t('auditLog.action.hint'), optional: true },
            { name: 'actorId', label: t('auditLog.actorId'), optional: true },
            { name: 'from', label: t('auditLog.from'), hint: t('auditLog.day.hint'), optional: true },
            { name: 'to', label: t('auditLog.to'), hint: t('auditLog.day.hint'), optional: true },
          ]}
          button={t('auditLog.apply')}
          send={async (answers) => setFilter(filterOf(answers))}
        />
      </section>
      <Loaded query={events}>{(rows) => <Events events={rows} />}</Loaded>
      <More query={events} />
      <Export input={input} />
    </OrganizationPage>
  );
}

/** What was typed; a day as 2026-12-24 is the whole day. */
function filterOf({ action, actorId, from, to }: Answers): Filter {
  const start = (day: string) => (/^\d{4}-\d\d-\d\d$/.test(day) ? `${day}T00:00:00Z` : day);
  const end = (day: string) => (/^\d{4}-\d\d-\d\d$/.test(day) ? `${day}T23:59:59.999Z` : day);
  return {
    ...(action && { action: action as AuditAction }),
    ...(actorId && { actorId }),
    ...(from && { from: start(from) }),
    ...(to && { to: end(to) }),
  };
}

function Events({ events }: { events: readonly AuditEvent[] }) {
  const { t } = useSpeech();
  const { moment } = useFormats();
  if (events.length === 0) return <p role="status">{t('auditLog.none')}</p>;
  return (
    <Table
      caption={t('auditLog.title')}
      head={[t('auditLog.when'), t('auditLog.action'), t('auditLog.actor'), t('auditLog.details')]}
    >
      {events.map(({ id, occurredAt, action, actor, ipAddress, details }) => (
        <tr key={id}>
          <td>{moment(occurredAt)}</td>
          <th scope="row">{action}</th>
          <td>
            {t('auditLog.by', { type: actor.type })}
            <div className="quiet-text">{[actor.id, ipAddress].filter(Boolean).join(', ')}</div>
          </td>
          <td>{Object.keys(details).length > 0 && <code>{JSON.stringify(details)}</code>}</td>
        </tr>
      ))}
    </Table>
  );
}

function Export({ input }: { input: { organizationId: string } & Filter }) {
  const { t } = useSpeech();
  const client = useClient();
  const [error, setError] = useState<unknown>();
  const [isSending, setSending] = useState(false);

  async function download() {
    if (isSending) return;
    setSending(true);
    setError(undefined);
    try {
      const answer = await client.call(exportOrganizationAuditEvents, input);
      const url = URL.createObjectURL(await answer.blob());
      const link = Object.assign(document.createElement('a'), { href: url, download: 'audit-events.ndjson' });
      link.click();
      URL.revokeObjectURL(url);
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(false);
    }
  }

  return (
    <section>
      <h2>{t('auditLog.export')}</h2>
      <p>{t('auditLog.export.about')}</p>
      <ProblemNotice error={error} />
      <button type="button" onClick={download} aria-disabled={isSending}>
        {isSending ? t('working') : t('auditLog.export.button')}
      </button>
    </section>
  );
}
