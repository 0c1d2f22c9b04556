import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { eq, sql } from 'drizzle-orm';
import { emailMessages } from './schema.ts';
import { counted, type Harness, startHarness } from './testing/harness.ts';
import { suiteLifetime } from './testing/lifetime.ts';
import { sampleOf } from './testing/samples.ts';

const mail = {
  template: 'password-changed',
  to: 'ada@example.test',
  locale: 'en',
  data: sampleOf('password-changed'),
} as const;

describe('the outbox', () => {
  const lifetime = suiteLifetime();
  let harness: Harness;
  before(async () => {
    harness = await startHarness(lifetime);
  });

  const countOf = (key: string) => harness.db.$count(emailMessages, eq(emailMessages.key, key));
  const countJobs = async () => {
    const { rows } = await harness.db.execute<{ count: number }>(
      sql`select count(*)::int as count from pgboss.job where name = 'email.deliver'`,
    );
    return rows[0]!.count;
  };

  it('mails nothing for a transaction that is rolled back', async () => {
    const before = await countJobs();
    await assert.rejects(
      harness.db.transaction(async (tx) => {
        assert.equal(await harness.email.sendEmail(tx, { ...mail, key: 'rolled-back' }), true);
        throw new Error('changed my mind');
      }),
    );
    assert.equal(await countOf('rolled-back'), 0);
    assert.equal(await countJobs(), before);
  });

  it('has a job for a mail as soon as its transaction commits', async () => {
    const id = await harness.queue({ key: 'committed' });
    assert.equal((await harness.jobsOf(id)).length, 1);
    assert.equal((await counted(harness.metrics, { template: 'password-changed', outcome: 'queued' })) > 0, true);
  });

  it('mails one transition once, even from transactions that run at the same time', async () => {
    const before = await countJobs();
    const queued = await Promise.all(
      Array.from({ length: 6 }, () =>
        harness.db.transaction((tx) => harness.email.sendEmail(tx, { ...mail, key: 'once' })),
      ),
    );
    assert.equal(queued.filter(Boolean).length, 1);
    assert.equal(await countOf('once'), 1);
    assert.equal(await countJobs(), before + 1);
  });

  it('mails a transition again whose first transaction was rolled back', async () => {
    const send = (fail: boolean) =>
      harness.db.transaction(async (tx) => {
        const queued = await harness.email.sendEmail(tx, { ...mail, key: 'second-try' });
        if (fail) tx.rollback();
        return queued;
      });
    await assert.rejects(send(true));
    assert.equal(await send(false), true);
  });

  it('keeps one-time tokens sealed', async () => {
    const url = 'https://app.plinth.test/verify-email?token=CANARY-TOKEN';
    await harness.db.transaction((tx) =>
      harness.email.sendEmail(tx, {
        ...mail,
        template: 'verify-email',
        data: { name: null, url, expiresInHours: 24 },
        key: 'sealed',
      }),
    );
    const { rows } = await harness.db.execute(
      sql`select email_messages::text || encode(data, 'escape') as text from email_messages`,
    );
    assert.ok(rows.length > 0);
    for (const { text } of rows) assert.doesNotMatch(String(text), /CANARY-TOKEN/);
  });

  const notMailboxes = [
    'ada@example.test, eve@evil.test',
    'ada@example.test\r\nBcc: eve@evil.test',
    'ada@example.test\nBcc: eve@evil.test',
    'Ada <ada@example.test>',
    '"ada\r\n"@example.test',
    'ada@example.test;eve@evil.test',
    'ada@example.test\u2028',
    'ada@exa\u0000mple.test',
    'ada@\ud800.test',
    'ada',
    '@example.test',
    '',
    `${'a'.repeat(310)}@example.test`,
  ];
  for (const to of notMailboxes) {
    it(`refuses a recipient that is not one mailbox: ${JSON.stringify(to).slice(0, 60)}`, async () => {
      const key = `bad:${to.length}`;
      await assert.rejects(
        harness.db.transaction((tx) => harness.email.sendEmail(tx, { ...mail, to, key })),
        TypeError,
      );
      assert.equal(await countOf(key), 0);
    });
  }

  it('has the database refuse a second recipient even if the code lets it pass', async () => {
    const id = await harness.queue();
    const set = (toAddress: string) =>
      harness.db.update(emailMessages).set({ toAddress }).where(eq(emailMessages.id, id));
    await assert.rejects(set('ada@example.test,eve@evil.test'));
    await assert.rejects(set('ada@example.test\r\nBcc: eve@evil.test'));
  });
});
