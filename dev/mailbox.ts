/**
 * The development mailbox: MailDev receives every email that the service sends, and shows it on a web page, and to programs under `GET
 * /api/email`. Nothing leaves the machine.
 *
 * It runs in a separate thread for three reasons. Loading it takes a second, which the start of the service does not wait for. It prints to the
 * console even when told to be silent. Its own stop waits half a minute for clients to disconnect.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MailboxReport } from './mailbox-thread.ts';

export type MailboxOptions = {
  /** The TCP port of the SMTP server; 0 takes any free one. */
  smtpPort: number;
  /** The TCP port of the web page and its API; 0 takes any free one. */
  webPort: number;
  /** Keeps the emails from one start to the next. Without it they are deleted when the mailbox closes. */
  directory?: string;
  /** Receives a line for every email that arrives. */
  log?: (line: string) => void;
};

export type Mailbox = {
  smtpUrl: string;
  webUrl: string;
  /** Resolves when both ports are free again, even if clients are still connected. Can be called more than once. */
  close(): Promise<void>;
};

const HOST = '127.0.0.1';
/** The oldest emails are deleted first, so that a load test does not fill the memory. */
const MAILS_KEPT = 1_000;

/**
 * Starts the SMTP server and the web page, on 127.0.0.1 only.
 *
 * @throws Error if a port is in use; the message names the port and the setting that changes it
 */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  // Always set a directory: by default MailDev shares one with every other MailDev of the machine.
  const mailDirectory = options.directory ?? (await mkdtemp(join(tmpdir(), 'plinth-mail-')));
  await mkdir(mailDirectory, { recursive: true, mode: 0o700 }); // emails contain tokens
  const config = { smtp: options.smtpPort, web: options.webPort, ip: HOST, webIp: HOST, maxEmails: MAILS_KEPT };
  const thread = new Worker(new URL('./mailbox-thread.ts', import.meta.url), {
    workerData: { ...config, mailDirectory, silent: true },
    execArgv: [],
    stdout: true,
  });
  thread.stdout.resume();
  const close = async () => {
    await thread.terminate();
    if (!options.directory) await rm(mailDirectory, { recursive: true, force: true });
  };
  try {
    const { smtpPort, webPort } = await ready(thread, options);
    thread.unref();
    return { smtpUrl: `smtp://${HOST}:${smtpPort}`, webUrl: `http://localhost:${webPort}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function ready(thread: Worker, { smtpPort, log }: MailboxOptions): Promise<{ smtpPort: number; webPort: number }> {
  return new Promise((resolve, reject) => {
    thread.on('message', (report: MailboxReport) => {
      if (report.kind === 'ready') resolve(report);
      else if (report.kind === 'mail') log?.(`email for ${report.to}: ${report.subject}`);
      else if (report.code !== 'EADDRINUSE')
        reject(new Error(`The development mailbox did not start: ${report.message}`));
      else {
        const [setting, what] =
          report.port === smtpPort ? ['MAILBOX_SMTP_PORT', 'SMTP server'] : ['MAILBOX_PORT', 'web page'];
        const advice = `Set ${setting} to use another port.`;
        reject(new Error(`Port ${report.port} is taken. The development mailbox needs it for its ${what}. ${advice}`));
      }
    });
    thread.on('error', (error: Error) => {
      log?.(`the development mailbox failed: ${error.message}`);
      reject(error);
    });
  });
}
