/** Background work: what waits, fails and is dead. */
import { listJobs, listQueues, retryJob } from '@plinth/client/operations';
import { useOperation, useOperationChange, useOperationPages } from '@plinth/client/react';
import { useFormats } from '../language.tsx';
import { Loaded, More, Page, Table } from '../ui/page.tsx';
import { Action } from './action.tsx';
import { useTexts, useWords } from './texts.ts';

export function JobsPage() {
  const text = useTexts();
  const { number } = useFormats();
  const queues = useOperation(listQueues, {});
  return (
    <Page title={text('jobs')} lead={text('jobs.lead')}>
      <Loaded query={queues}>
        {({ data }) => (
          <Table
            caption={text('queue')}
            head={[
              ...[text('queue'), text('jobs.waiting'), text('jobs.running'), text('jobs.failing'), text('jobs.dead')],
              text('jobs.oldest'),
            ]}
          >
            {data.map(({ queue, waiting, running, failing, dead, oldestSeconds }) => (
              <tr key={queue}>
                <th scope="row">{queue}</th>
                <td>{number(waiting)}</td>
                <td>{number(running)}</td>
                <td>{number(failing)}</td>
                <td>{number(dead)}</td>
                <td>{text('jobs.seconds', { count: number(Math.round(oldestSeconds)) })}</td>
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
      <h2>{text('jobs.list')}</h2>
      <JobTable state="dead" />
      <JobTable state="failing" />
    </Page>
  );
}

function JobTable({ state }: { state: 'dead' | 'failing' }) {
  const text = useTexts();
  const word = useWords();
  const { moment } = useFormats();
  const jobs = useOperationPages(listJobs, { state });
  const retry = useOperationChange(retryJob, [listJobs, listQueues]);
  return (
    <section>
      <h3>{word('state', state)}</h3>
      <Loaded query={jobs}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{text('none')}</p>
          ) : (
            <Table
              caption={`${text('jobs')}: ${word('state', state)}`}
              head={[text('queue'), text('emails.queued'), text('job.about'), text('job.reason'), text('user.actions')]}
            >
              {rows.map(({ id, queue, createdAt, about, reason }) => (
                <tr key={id}>
                  <th scope="row">{queue}</th>
                  <td>{moment(createdAt)}</td>
                  <td>{Object.values(about).join(' ')}</td>
                  <td>{reason}</td>
                  <td>
                    <Action
                      action={text('job.retry')}
                      label={`${text('job.retry')}: ${queue} ${id}`}
                      send={(given) => retry.mutateAsync({ jobId: id, body: { queue, reason: given.reason } })}
                    />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
      <More query={jobs} />
    </section>
  );
}
