import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { eq } from 'drizzle-orm';
import { emailMessages, emailSuppressions } from './schema.ts';
import { type NewSuppression, suppress } from './suppression.ts';
import { counted, type Harness, startHarness } from './testing/harness.ts';
import { suiteLifetime } from './testing/lifetime.ts';
import { bulkTemplate, sampleOf, withoutBulk } from './testing/samples.ts';
import { createCapturingTransport } from './transport.ts';

describe('suppression', { skip: withoutBulk }, () => {
  const lifetime = suiteLifetime();
  const transport = createCapturingTransport();
  let harness: Harness;
  before(async () => {
    harness = await startHarness(lifetime, { transport });
  });

  async function mailReminder(to: string): Promise<string> {
    const { db, email, deliver, row } = harness;
    const key = `reminder:${to}:${transport.sent.length}`;
    await db.transaction((tx) =>
      email.sendEmail(tx, { template: bulkTemplate!, to, locale: 'en', data: sampleOf(bulkTemplate!), key }),
    );
    const [mail] = await db.select().from(emailMessages).where(eq(emailMessages.key, key));
    const { id } = mail!;
    await deliver(id);
    return (await row(id)).status;
  }
  const suppressing = (reports: NewSuppression[]) => harness.db.transaction((tx) => suppress(tx, reports));
  async function mailNotice(to: string): Promise<string> {
    const id = await harness.queue({ to });
    await harness.deliver(id);
    return (await harness.row(id)).status;
  }

  it('gives a suppressed address nothing, and counts that', async () => {
    await suppressing([{ address: 'bounced@example.test', reason: 'hard_bounce', provider: 'ses' }]);
    const sent = transport.sent.length;
    assert.equal(await mailNotice('bounced@example.test'), 'suppressed');
    assert.equal(await mailReminder('bounced@example.test'), 'suppressed');
    assert.equal(transport.sent.length, sent);
    assert.equal(await counted(harness.metrics, { template: 'password-changed', outcome: 'suppressed' }), 1);
    assert.equal(await harness.email.retry(), 0, 'retry does not lift a suppression');
  });

  it('knows an address in any case, and an international domain in both spellings', async () => {
    await suppressing([{ address: ' Grace@XN--BCHER-KVA.test ', reason: 'complaint' }]);
    assert.equal(await mailNotice('grace@bücher.test'), 'suppressed');
    assert.equal(await mailNotice('GRACE@bücher.test'), 'suppressed');
  });

  it('stops only bulk mail to an address that unsubscribed', async () => {
    await suppressing([{ address: 'reader@example.test', reason: 'unsubscribe' }]);
    assert.equal(await mailReminder('reader@example.test'), 'suppressed');
    assert.equal(await mailNotice('reader@example.test'), 'sent');
  });

  it('stops all mail to an address that unsubscribed and then bounced', async () => {
    await suppressing([{ address: 'both@example.test', reason: 'unsubscribe' }]);
    await suppressing([{ address: 'both@example.test', reason: 'hard_bounce' }]);
    assert.equal(await mailNotice('both@example.test'), 'suppressed');
  });

  it('keeps the first report of an address', async () => {
    const report = { address: 'twice@example.test', reason: 'hard_bounce' } as const;
    await suppressing([{ ...report, detail: 'first' }]);
    await suppressing([{ ...report, detail: 'second' }, report]);
    const rows = await harness.db.select().from(emailSuppressions).where(eq(emailSuppressions.address, report.address));
    assert.deepEqual(
      rows.map(({ detail }) => detail),
      ['first'],
    );
  });

  it('is set and lifted by an operator', async () => {
    assert.equal(await harness.email.suppress('By.Hand@example.test', 'asked by phone'), true);
    assert.equal(await mailNotice('by.hand@example.test'), 'suppressed');
    assert.equal(await harness.email.unsuppress('by.hand@EXAMPLE.test'), true);
    assert.equal(await harness.email.unsuppress('by.hand@example.test'), false);
    assert.equal(await mailNotice('by.hand@example.test'), 'sent');
    assert.equal(await harness.email.suppress('not an address'), false);
  });
});
