/** One organization: who belongs to it, what it has bought, and what happened. */
import {
  getOperatorOrganization,
  listOperatorEvents,
  listOperatorMembers,
  listOperatorOrganizationAuditEvents,
} from '@plinth/client/operations';
import { useOperation, useOperationPages } from '@plinth/client/react';
import { Link, useParams } from '@tanstack/react-router';
import { useFormats } from '../language.tsx';
import { Facts } from '../ui/facts.tsx';
import { Loaded, More, Page, Table } from '../ui/page.tsx';
import { BillingParts } from './billing.tsx';
import { useTexts, useWords } from './texts.ts';
import { Trail } from './trail.tsx';

export function OrganizationPage() {
  const { organizationId } = useParams({ strict: false }) as { organizationId: string };
  const text = useTexts();
  const { moment } = useFormats();
  const organization = useOperation(getOperatorOrganization, { organizationId });
  const trail = useOperationPages(listOperatorOrganizationAuditEvents, { organizationId });
  return (
    <Page title={organization.data?.name ?? text('kind.organization')} lead={organization.data?.slug}>
      <Loaded query={organization}>
        {({ id, slug, createdAt, purgeAt, members, apiKeys, openInvitations }) => (
          <>
            <section className="card">
              <h2>{text('facts')}</h2>
              <Facts
                facts={[
                  [text('field.id'), id],
                  [text('field.slug'), slug],
                  [text('field.created'), moment(createdAt)],
                  [text('field.members'), members],
                  [text('field.keys'), apiKeys],
                  [text('field.invitations'), openInvitations],
                  ...(purgeAt ? ([[text('field.purged'), moment(purgeAt)]] as const) : []),
                ]}
              />
            </section>
            <BillingParts organizationId={organizationId} />
            <Members organizationId={organizationId} />
            <Events organizationId={organizationId} />
          </>
        )}
      </Loaded>
      {organization.data && <Trail query={trail} />}
    </Page>
  );
}

function Members({ organizationId }: { organizationId: string }) {
  const text = useTexts();
  const word = useWords();
  const { moment } = useFormats();
  const members = useOperationPages(listOperatorMembers, { organizationId });
  return (
    <section>
      <h2>{text('members')}</h2>
      <Loaded query={members}>
        {(rows) => (
          <Table caption={text('members')} head={[text('field.email'), text('members.role'), text('field.created')]}>
            {rows.map(({ userId, email, role, joinedAt }) => (
              <tr key={userId}>
                <th scope="row">
                  <Link to="/users/$userId" params={{ userId }}>
                    {email}
                  </Link>
                </th>
                <td>{word('state', role)}</td>
                <td>{moment(joinedAt)}</td>
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
      <More query={members} />
    </section>
  );
}

function Events({ organizationId }: { organizationId: string }) {
  const text = useTexts();
  const { moment } = useFormats();
  const events = useOperationPages(listOperatorEvents, { organizationId });
  return (
    <section>
      <h2>{text('events')}</h2>
      <Loaded query={events}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{text('none')}</p>
          ) : (
            <Table caption={text('events')} head={[text('audit.when'), text('event.type'), text('audit.details')]}>
              {rows.map(({ id, type, timestamp, data }) => (
                <tr key={id}>
                  <td>{moment(timestamp)}</td>
                  <th scope="row">{type}</th>
                  <td>
                    <code>{JSON.stringify(data)}</code>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
      <More query={events} />
    </section>
  );
}
