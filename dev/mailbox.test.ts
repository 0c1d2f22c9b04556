import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { type MailboxOptions, startMailbox } from './mailbox.ts';

type StoredMail = { subject: string; to: { address: string }[]; text: string; html: string };

test("an email that was sent is in the web page's API, and is logged", async (t) => {
  const lines: string[] = [];
  const mailbox = await start(t, { log: (line) => lines.push(line) });
  await send(mailbox.smtpUrl, 'Grüße');
  const [mail, ...others] = await mails(mailbox.webUrl);
  assert.deepEqual(others, []);
  assert.equal(mail?.subject, 'Grüße');
  assert.equal(mail?.to[0]?.address, 'ada@example.com');
  assert.equal(mail?.text.trim(), 'Hello');
  assert.match(mail?.html ?? '', /<p>Hello<\/p>/);
  assert.deepEqual(lines, ['email for ada@example.com: Grüße']);
});

test('a browser gets the page', async (t) => {
  const { webUrl } = await start(t);
  const response = await fetch(webUrl, { headers: { accept: 'text/html' } });
  assert.equal(response.status, 200);
  assert.match(await response.text(), /<title>MailDev/i);
});

test('emails are kept over a restart if a directory is given', async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'plinth-mailbox-test-'));
  t.after(() => rm(parent, { recursive: true }));
  const directory = join(parent, 'mailbox');
  const first = await start(t, { directory });
  await send(first.smtpUrl, 'Kept');
  await first.close();
  const second = await start(t, { directory });
  assert.deepEqual(
    (await mails(second.webUrl)).map(({ subject }) => subject),
    ['Kept'],
  );
});

test('closing does not wait for connected clients, frees the ports, and can be repeated', async (t) => {
  const { smtpUrl, webUrl, close } = await start(t);
  const client = connect(portOf(smtpUrl), '127.0.0.1');
  client.on('error', () => {});
  t.after(() => client.destroy());
  await once(client, 'data');
  await Promise.all([close(), close()]);
  for (const url of [smtpUrl, webUrl]) {
    const server = createServer().listen(portOf(url), '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
  }
});

for (const { name, setting } of [
  { name: 'smtpPort', setting: 'MAILBOX_SMTP_PORT' },
  { name: 'webPort', setting: 'MAILBOX_PORT' },
]) {
  test(`if the ${name} is taken, the error names it and ${setting}, and nothing stays open`, async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await assert.rejects(start(t, { [name]: port }), new RegExp(`Port ${port} is taken.*${setting}`));
  });
}

async function start(t: TestContext, options: Partial<MailboxOptions> = {}) {
  const mailbox = await startMailbox({ smtpPort: 0, webPort: 0, ...options });
  t.after(() => mailbox.close());
  return mailbox;
}

async function send(smtpUrl: string, subject: string): Promise<void> {
  const transport = createTransport(smtpUrl);
  await transport.sendMail({
    from: 'us@example.com',
    to: 'ada@example.com',
    subject,
    text: 'Hello',
    html: '<p>Hello</p>',
  });
  transport.close();
}

async function mails(webUrl: string): Promise<StoredMail[]> {
  return (await fetch(`${webUrl}/api/email`)).json() as Promise<StoredMail[]>;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
