/** `npm start` as a developer has it: with a copy of `.env.example`, and with a database and a mail server of one's own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { parseEnv } from 'node:util';
import { startSmtpReceiver } from '../app/features/email/testing/smtp-receiver.ts';
import { createTestDatabase } from './database.ts';
import { type ServiceProcess, startProcess, until } from './faults/service-process.ts';
import { ownPorts } from './own-ports.ts';
import { request } from './service.ts';

describe('development', { concurrency: 2, timeout: 110_000 }, () => {
  it('runs the demo with a copy of .env.example, in which most settings are empty', async (t) => {
    const env = { ...parseEnv(readFileSync('.env.example', 'utf8')), ...(await ownPorts(t)) } as Record<string, string>;
    const service = startProcess(t, 'all', env);
    await mailboxAnswersOnceReady(env);
    const banner = await bannerOf(service);
    const [, variables] = /Mailbox .*Try: ((?:[A-Z_]+=\d+ )*)npm run demo/s.exec(banner) ?? [];
    assert.ok(variables !== undefined, banner);
    // As in another terminal, which knows of the ports only by what the banner says.
    const { PATH } = process.env;
    const demo = spawn(process.execPath, ['scripts/demo.ts'], { env: { PATH, ...variablesOf(variables) } });
    const [output, errors] = [text(demo.stdout), text(demo.stderr)];
    const [status] = await once(demo, 'close');
    assert.equal(status, 0, `${await output}${await errors}`);
    await stop(service);
  });

  it("runs with a database and a mail server of one's own, and lists only what it has started", async (t) => {
    const database = await createTestDatabase();
    t.after(() => database.close());
    const smtp = await startSmtpReceiver(t);
    const ports = await ownPorts(t);
    const service = startProcess(t, 'all', { ...ports, DATABASE_URL: database.url, SMTP_URL: smtp.url });
    const banner = await bannerOf(service);
    assert.doesNotMatch(banner, /Mailbox|npm run demo/);

    const body = { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada' };
    assert.equal((await request(`http://127.0.0.1:${ports.PORT}/v1/users`, { body })).status, 202);
    await until('the mail is at the mail server', async () => smtp.received.length > 0);
    await stop(service);
  });
});

/** A script that waits for `/readyz` may use the mailbox at once. */
async function mailboxAnswersOnceReady({ PORT, MAILBOX_PORT }: Record<string, string>): Promise<void> {
  await until('the service is ready', async () => {
    const answer = await request(`http://127.0.0.1:${PORT}/readyz`).catch(() => undefined);
    return answer?.status === 200;
  });
  assert.equal((await request(`http://127.0.0.1:${MAILBOX_PORT}/api/email`)).status, 200);
}

const variablesOf = (text: string) =>
  Object.fromEntries(
    text
      .trim()
      .split(' ')
      .map((variable) => variable.split('=')),
  );

/** The lines that a person reads once everything runs. */
async function bannerOf(service: ServiceProcess): Promise<string> {
  await service.logged(/Stop: Ctrl-C/);
  return service.lines.flatMap(({ level, message }) => (level === 'none' ? [message] : [])).join('\n');
}

async function stop(service: ServiceProcess): Promise<void> {
  service.child.kill('SIGTERM');
  const { code, stderr } = await service.ended;
  assert.equal(code, 0, stderr);
}
