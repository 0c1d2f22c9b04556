/** A trail, as the pages of people and organizations show it. */
import type { AuditEvent } from '@plinth/client/types';
import { useFormats } from '../language.tsx';
import { Loaded, More, Table } from '../ui/page.tsx';
import { useTexts } from './texts.ts';

interface TrailProps {
  query: Parameters<typeof More>[0]['query'] & {
    data: readonly AuditEvent[] | undefined;
    error: unknown;
    refetch: () => unknown;
    isFetching: boolean;
  };
}

export function Trail({ query }: TrailProps) {
  const text = useTexts();
  const { moment } = useFormats();
  return (
    <section>
      <h2>{text('audit')}</h2>
      <Loaded query={query}>
        {(events) => (
          <Table
            caption={text('audit')}
            head={[text('audit.when'), text('audit.action'), text('audit.actor'), text('audit.details')]}
          >
            {events.map(({ id, occurredAt, action, actor, details }) => (
              <tr key={id}>
                <td>{moment(occurredAt)}</td>
                <th scope="row">{action}</th>
                <td>
                  {actor.type} {actor.id}
                </td>
                <td>
                  <code>{JSON.stringify(details)}</code>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
      <More query={query} />
    </section>
  );
}
