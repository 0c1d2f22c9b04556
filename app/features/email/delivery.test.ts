import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { eq } from 'drizzle-orm';
import { eventually } from '../../../test/conditions.ts';
import { PermanentFailure } from '../../platform/jobs/queues.ts';
import { MAX_ATTEMPTS } from './attempts.ts';
import { emailMessages } from './schema.ts';
import { createSmtpTransport } from './smtp-transport.ts';
import { counted, startHarness } from './testing/harness.ts';
import { sampleOf } from './testing/samples.ts';
import { startSmtpReceiver } from './testing/smtp-receiver.ts';
import { createCapturingTransport } from './transport.ts';

const letter = {
  messageId: '<a@plinth.test>',
  from: 'a@plinth.test',
  to: 'b@example.test',
  subject: 's',
  html: 'h',
  text: 't',
  headers: {},
};

async function start(t: TestContext, options: { secure?: boolean } = {}) {
  const smtp = await startSmtpReceiver(t, options);
  const url = options.secure ? `${smtp.url}?tls.rejectUnauthorized=false` : smtp.url;
  const harness = await startHarness(t, { transport: createSmtpTransport({ url, timeoutMs: 2_000 }) });
  return { ...harness, smtp };
}

describe('delivery', () => {
  it('sends a mail, records it, and wipes its data', async (t) => {
    const { queue, deliver, row, smtp, metrics } = await start(t);
    const id = await queue({ to: 'Ada.Lovelace@example.test' });
    await deliver(id);
    const sent = await row(id);
    assert.equal(sent.status, 'sent');
    assert.equal(sent.data, null);
    assert.ok(sent.sentAt);
    assert.match(sent.providerResponse!, /^250 /);
    assert.equal(sent.messageId, `<${id}@plinth.test>`);
    const [mail] = smtp.received;
    assert.deepEqual([mail!.from, mail!.to], ['no-reply@plinth.test', ['Ada.Lovelace@example.test']]);
    assert.match(mail!.raw, new RegExp(`^Message-ID: <${id}@plinth.test>\r$`, 'm'));
    assert.match(mail!.raw, /^From: Plinth <no-reply@plinth.test>\r$/m);
    assert.match(mail!.raw, /^Auto-Submitted: auto-generated\r$/m);
    assert.doesNotMatch(mail!.raw, /^List-Unsubscribe/m);
    assert.equal(await counted(metrics, { template: 'password-changed', outcome: 'sent' }), 1);
    assert.match(await metrics.registry.metrics(), /^email_delivery_seconds_count 1$/m);
  });

  it('sends over TLS', async (t) => {
    const { queue, deliver, row, smtp } = await start(t, { secure: true });
    const id = await queue();
    await deliver(id);
    assert.equal((await row(id)).status, 'sent');
    assert.match(smtp.received[0]!.raw, new RegExp(`^Message-ID: <${id}@plinth.test>\r$`, 'm'));
  });

  it('never sends a password in clear, except to this machine', async (t) => {
    const smtp = await startSmtpReceiver(t);
    const send = async (host: string) => {
      const url = `smtp://user:secret@${host}:${new URL(smtp.url).port}`;
      const transport = createSmtpTransport({ url, timeoutMs: 2_000 });
      t.after(() => transport.close());
      return (await transport.send(letter, AbortSignal.timeout(5_000))).kind;
    };
    assert.equal(await send('0.0.0.0'), 'unavailable');
    assert.deepEqual(smtp.signedIn, []);
    assert.equal(await send('127.0.0.1'), 'accepted');
    assert.deepEqual(smtp.signedIn, ['user']);
  });

  it('says the domain of the sender in EHLO, or the name in the URL', async (t) => {
    const smtp = await startSmtpReceiver(t);
    for (const [url, name] of [
      [smtp.url, 'mail.example.com'],
      [`${smtp.url}?name=relay.example.net`, 'relay.example.net'],
    ] as const) {
      const transport = createSmtpTransport({ url, name: 'mail.example.com', timeoutMs: 2_000 });
      t.after(() => transport.close());
      assert.equal((await transport.send(letter, AbortSignal.timeout(5_000))).kind, 'accepted');
      assert.equal(smtp.greetedAs.at(-1), name);
    }
  });

  it('leaves trying again to the outbox', async (t) => {
    let connections = 0;
    const server = createServer((socket) => socket.end(() => connections++)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const transport = createSmtpTransport({ url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}` });
    t.after(() => transport.close());
    assert.equal((await transport.send(letter, AbortSignal.timeout(5_000))).kind, 'unavailable');
    assert.ok(connections <= 2, `${connections} connections`);
  });

  it('waits while the mail server is down, and sends when it is back', async (t) => {
    const { queue, deliver, row, jobsOf, makeDue, smtp, logs } = await start(t);
    await smtp.close();
    const id = await queue();
    await deliver(id);
    const waiting = await row(id);
    assert.equal(waiting.status, 'queued');
    assert.match(waiting.lastError!, /ECONNREFUSED|ESOCKET/);
    assert.ok(waiting.data);
    const [, retry] = await jobsOf(id);
    assert.equal(retry!.startAfter.getTime(), waiting.nextAttemptAt.getTime());
    assert.doesNotMatch(logs(), /ada@example/);

    const back = await startSmtpReceiver(t, { port: Number(new URL(smtp.url).port) });
    await makeDue(id);
    await deliver(id);
    assert.equal((await row(id)).status, 'sent');
    assert.equal(back.received.length, 1);
  });

  it('tries 8 times over about a day, then gives up, and is sent again by retry', async (t) => {
    const { queue, deliver, row, makeDue, email, metrics, smtp, jobsOf } = await start(t);
    smtp.atRecipient = () => 451;
    const id = await queue();
    let seconds = 0;
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      await deliver(id);
      const { nextAttemptAt, status } = await row(id);
      assert.equal(status, 'queued');
      seconds += (nextAttemptAt.getTime() - Date.now()) / 1_000;
      await makeDue(id);
    }
    assert.equal(MAX_ATTEMPTS, 8);
    assert.ok(seconds > 18 * 3_600 && seconds < 30 * 3_600, `${seconds} s`);
    await assert.rejects(deliver(id), PermanentFailure);
    const dead = await row(id);
    assert.equal(dead.status, 'failed');
    assert.ok(dead.failedAt && dead.data);
    assert.equal(await counted(metrics, { template: 'password-changed', outcome: 'failed' }), 1);
    assert.deepEqual(
      (await email.list({ status: 'failed' })).map((mail) => [mail.id, mail.attempts, mail.nextAttemptAt]),
      [[id, 8, null]],
    );
    assert.equal(smtp.received.length, 0);

    smtp.atRecipient = () => 'accept';
    const before = (await jobsOf(id)).length;
    assert.equal(await email.retry({ id: crypto.randomUUID() }), 0);
    assert.equal(await email.retry(), 1);
    assert.equal((await jobsOf(id)).length, before + 1);
    await deliver(id);
    assert.equal((await row(id)).status, 'sent');
    assert.match(smtp.received[0]!.raw, new RegExp(`^Message-ID: <${id}@plinth.test>`, 'm'));
    assert.equal(await email.retry(), 0);
  });

  for (const place of ['atRecipient', 'afterContent'] as const) {
    it(`stops at once when the server says no for good (550 ${place})`, async (t) => {
      const { queue, deliver, row, jobsOf, smtp } = await start(t);
      smtp[place] = () => 550;
      const id = await queue();
      await assert.rejects(deliver(id), (error) => error instanceof PermanentFailure && !/ada@/.test(error.message));
      const { status, attempts, lastError } = await row(id);
      assert.deepEqual([status, attempts], ['failed', 1]);
      assert.match(lastError!, /^550 /);
      assert.doesNotMatch(lastError!, /ada@example/);
      assert.equal((await jobsOf(id)).length, 1, 'no retry is queued');
    });

    it(`tries again later when the server says not now (421 ${place})`, async (t) => {
      const { queue, deliver, row, jobsOf, smtp } = await start(t);
      smtp[place] = () => 421;
      const id = await queue();
      await deliver(id);
      assert.equal((await row(id)).status, 'queued');
      assert.equal((await jobsOf(id)).length, 2);
    });
  }

  it('sends at most once a try when the connection drops after the content', async (t) => {
    const { queue, deliver, row, makeDue, smtp } = await start(t);
    // First over a new connection, then over one that was used before: pools like to repeat on their own there.
    const warm = await queue();
    await deliver(warm);
    smtp.afterContent = () => 'drop';
    const id = await queue();
    await deliver(id);
    assert.equal((await row(id)).status, 'queued');
    assert.equal(smtp.received.length, 2);
    await makeDue(id);
    await deliver(id);
    assert.equal(smtp.received.length, 3);
  });

  it('waits for the answer to a mail that was sent whole, holds it meanwhile, and repeats it rarely where there is none', async (t) => {
    const smtp = await startSmtpReceiver(t);
    const transport = createSmtpTransport({ url: smtp.url, timeoutMs: 200, answerMs: 1_500 });
    const { queue, deliver, row, makeDue } = await startHarness(t, { transport });
    const answer = Promise.withResolvers<'accept'>();
    const arrived = Promise.withResolvers<void>();
    smtp.afterContent = () => {
      arrived.resolve();
      return answer.promise;
    };
    const slow = await queue();
    const sending = deliver(slow);
    await arrived.promise;
    await eventually(
      'the lease is longer',
      async () => (await row(slow)).nextAttemptAt.getTime() > Date.now() + 600_000,
    );
    answer.resolve('accept');
    await sending;
    assert.equal((await row(slow)).status, 'sent');

    smtp.afterContent = () => new Promise(() => {});
    const id = await queue();
    let copies = 0;
    for (; (await row(id)).status === 'queued'; copies++) {
      await deliver(id).catch((error) => assert.ok(error instanceof PermanentFailure));
      const { status, nextAttemptAt } = await row(id);
      if (status === 'queued')
        assert.ok(nextAttemptAt.getTime() > Date.now() + 4 * 3_600_000, nextAttemptAt.toISOString());
      await makeDue(id);
    }
    assert.equal((await row(id)).status, 'failed');
    assert.equal(copies, 3);
    assert.equal(smtp.received.length, 1 + copies);
  });

  it('keeps waiting when the server refuses our credentials: that is about us, not about the mail', async (t) => {
    const { queue, deliver, row, smtp } = await start(t);
    smtp.atRecipient = () => 530;
    const id = await queue();
    await deliver(id);
    assert.equal((await row(id)).status, 'queued');
  });

  const aboutUs = [
    ['atSender', 550, 'Sender rejected'],
    ['atRecipient', 554, '5.7.1 Relay access denied'],
    ['afterContent', 554, 'Message rejected: Email address is not verified.'],
    ['afterContent', 554, 'Sending suspended for this account.'],
    ['afterContent', 550, '5.7.60 Client does not have permissions to send as this sender'],
  ] as const;
  it('keeps waiting when the server refuses our account or sender, which all emails would be refused for', async (t) => {
    const { queue, deliver, row, smtp } = await start(t);
    for (const [place, code, text] of aboutUs) {
      Object.assign(smtp, { atSender: () => 'accept', atRecipient: () => 'accept', afterContent: () => 'accept' });
      smtp[place] = () => ({ code, text });
      const id = await queue();
      await deliver(id);
      const { status, lastError } = await row(id);
      assert.deepEqual([status, lastError?.slice(0, 3)], ['queued', String(code)], text);
    }
    smtp.afterContent = () => ({ code: 554, text: '5.1.1 There is no such mailbox' });
    const id = await queue();
    await assert.rejects(deliver(id), (error) => error instanceof PermanentFailure);
    assert.equal((await row(id)).status, 'failed');
  });

  it('is sent by one of two workers that take it at the same time', async (t) => {
    const transport = createCapturingTransport();
    const { queue, deliver, row, another } = await startHarness(t, { transport });
    const ids = await Promise.all(Array.from({ length: 10 }, () => queue()));
    const other = another();
    await Promise.all(ids.flatMap((id) => [deliver(id), deliver(id, other), deliver(id)]));
    assert.equal(transport.sent.length, ids.length);
    for (const id of ids) assert.equal((await row(id)).attempts, 1);
  });

  it('leaves a mail that another worker is sending, and comes back when its lease is over', async (t) => {
    const release = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const slow = createCapturingTransport(async () => {
      started.resolve();
      await release.promise;
      return { kind: 'accepted', response: '250 ok' };
    });
    const fast = createCapturingTransport();
    const { queue, deliver, row, jobsOf, another } = await startHarness(t, { transport: slow });
    const id = await queue();
    const sending = deliver(id);
    await started.promise;
    await deliver(id, another({ transport: fast }));
    assert.equal(fast.sent.length, 0);
    const [, later] = await jobsOf(id);
    assert.equal(later!.startAfter.getTime(), (await row(id)).nextAttemptAt.getTime());
    release.resolve();
    await sending;
    assert.equal((await row(id)).status, 'sent');
    await deliver(id, another({ transport: fast }));
    assert.equal(fast.sent.length, 0, 'sent is sent');
  });

  it('gives up a mail whose worker died in the last try', async (t) => {
    const { queue, deliver, row, db } = await startHarness(t);
    const id = await queue();
    await db.update(emailMessages).set({ attempts: MAX_ATTEMPTS }).where(eq(emailMessages.id, id));
    await assert.rejects(deliver(id), PermanentFailure);
    assert.equal((await row(id)).status, 'failed');
  });

  it('waits for a secret that was taken out too early, and stops at data that no template takes', async (t) => {
    const { queue, deliver, row, another } = await startHarness(t);
    const { createSealer } = await import('../../platform/security/sealing.ts');
    const id = await queue();
    await deliver(id, another({ sealer: createSealer(['another-secret-0123456789-0123456789']) }));
    assert.deepEqual([(await row(id)).status, (await row(id)).attempts], ['queued', 1]);
    const unfit = await queue({ data: { ...sampleOf('password-changed'), url: 'javascript:alert(1)' } });
    await assert.rejects(deliver(unfit), PermanentFailure);
    assert.equal((await row(unfit)).status, 'failed');
  });

  it('leaves a mail whose template only the next release knows to that release', async (t) => {
    const { queue, deliver, row, db } = await startHarness(t);
    const id = await queue();
    await db.update(emailMessages).set({ template: 'from-the-future' }).where(eq(emailMessages.id, id));
    await deliver(id);
    assert.equal((await row(id)).status, 'queued');
  });
});
