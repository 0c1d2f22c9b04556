import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { eq, sql } from 'drizzle-orm';
import { after, DAY_MS } from '../../platform/clock.ts';
import { jsonText } from '../../platform/http/streaming.ts';
import { emailMessages } from './schema.ts';
import { startHarness } from './testing/harness.ts';
import { createCapturingTransport } from './transport.ts';

const later = (days: number) => ({ now: () => after(new Date(), days * DAY_MS) });

describe('retention', () => {
  it('wipes failed mails after 14 days and deletes all but queued ones after 90', async (t) => {
    const transport = createCapturingTransport(({ to }) =>
      to.startsWith('no') ? { kind: 'refused', reason: '550 no' } : { kind: 'accepted', response: '250 ok' },
    );
    const { queue, deliver, row, another, email } = await startHarness(t, { transport });
    const [sent, failed, queued] = [await queue(), await queue({ to: 'nobody@example.test' }), await queue()];
    await deliver(sent);
    await assert.rejects(deliver(failed));

    assert.deepEqual(await email.purge(), { wiped: 0, deleted: 0, woken: 0 });
    assert.equal((await another({ clock: later(15) }).purge()).wiped, 1);
    assert.equal((await row(failed)).data, null);
    assert.equal(await email.retry(), 0, 'what was wiped cannot be sent again');
    assert.equal((await another({ clock: later(91) }).purge()).deleted, 2);
    assert.deepEqual(
      (await email.list()).map(({ id }) => id),
      [queued],
    );
  });

  it('gives a mail that lost its job a new one', async (t) => {
    const { queue, db, email, jobsOf } = await startHarness(t);
    const id = await queue();
    await db.execute(sql`delete from pgboss.job where name = 'email.deliver'`);
    assert.equal((await email.purge()).woken, 0, 'not while it may only be waiting its turn');
    await db
      .update(emailMessages)
      .set({ nextAttemptAt: sql`now() - interval '2 hours'` })
      .where(eq(emailMessages.id, id));
    assert.equal((await email.purge()).woken, 1);
    assert.equal((await jobsOf(id)).length, 1);
    assert.equal((await email.purge()).woken, 0);
  });

  it('exports a user without the contents of mails, and forgets the user, unsent mails included', async (t) => {
    const { queue, deliver, email } = await startHarness(t);
    const [userId, other] = [randomUUID(), randomUUID()];
    const [sent, unsent, foreign] = [await queue({ userId }), await queue({ userId }), await queue({ userId: other })];
    await deliver(sent);
    await email.suppress('ada@example.test');
    const exportOf = async (id: string) =>
      JSON.parse((await Array.fromAsync(jsonText(email.exportFor(id, 'nobody@example.test')))).join(''));
    const exported = await exportOf(userId);
    assert.deepEqual(
      exported.messages.map((mail: { id: string; status: string }) => [mail.id, mail.status]),
      [
        [sent, 'sent'],
        [unsent, 'queued'],
      ],
    );
    assert.deepEqual(
      exported.suppressions.map(({ reason }: { reason: string }) => reason),
      ['manual'],
    );
    assert.deepEqual(await exportOf(randomUUID()), { messages: [], suppressions: [] });

    await email.forget(userId, []);
    assert.deepEqual(
      (await email.list()).map(({ id }) => id),
      [foreign],
    );
    await deliver(unsent);
  });

  it('reports the age of the oldest unsent mail, and not a number without a database', async (t) => {
    const { queue, db, metrics, deliver } = await startHarness(t);
    assert.match(await metrics.registry.metrics(), /^email_oldest_unsent_seconds 0$/m);
    const id = await queue();
    await db
      .update(emailMessages)
      .set({ createdAt: sql`now() - interval '10 minutes'` })
      .where(eq(emailMessages.id, id));
    assert.match(await metrics.registry.metrics(), /^email_oldest_unsent_seconds 600/m);
    await deliver(id);
    assert.match(await metrics.registry.metrics(), /^email_oldest_unsent_seconds 0$/m);
    await db.execute(sql`alter table email_messages rename to gone`);
    assert.match(await metrics.registry.metrics(), /^email_oldest_unsent_seconds NaN$/im);
  });
});
