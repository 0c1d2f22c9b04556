/** The tools of a demo: timed and printed requests, checks that stop it, and the mailbox. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Mailbox, openMailbox } from './mailboxes.ts';

/** An unexpected answer. */
export class Surprise extends Error {}

export interface Call {
  method?: string;
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a demo reads answers without types
  body: any;
}

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A feature's `tools/demo.ts`: plays its part of the demo. @throws Surprise */
export interface DemoTool {
  story(stage: Stage, env: Variables): Promise<void>;
}

export interface Stage {
  readonly apiUrl: string;
  /** Waits for the service. Fails with advice if it does not answer. */
  ready(): Promise<void>;
  chapter(title: string): void;
  /** Sends a request, and prints nothing. */
  request(path: string, call?: Call): Promise<Answer>;
  /** Sends a request and prints it as a step. @throws Surprise on any other status */
  step(what: string, path: string, expectedStatus: number, call?: Call): Promise<Answer>;
  /** Waits for an email to `address` whose subject matches, prints it, and returns its link with the token. */
  mail(what: string, address: string, subject: RegExp): Promise<{ subject: string; token: string; link: string }>;
  /** Does something outside of the service, e.g. at Stripe, and prints it as a step with the text of `describe`. */
  elsewhere<T>(what: string, act: () => Promise<T>, describe: (result: T) => string): Promise<T>;
  /** Repeats a request until the answer fits, and prints that as one step. @throws Surprise if it does not fit within 20 s */
  until(what: string, path: string, fits: (body: Answer['body']) => boolean, call?: Call): Promise<Answer>;
  /** Waits until `holds` returns true. @throws Surprise with `otherwise` after 20 s */
  patiently(otherwise: string, holds: () => Promise<boolean>): Promise<void>;
  /** @throws Surprise unless `holds` */
  expect(holds: boolean, otherwise: string): void;
  /** A new email address. */
  newAddress(name: string): string;
  finish(): void;
}

const PATIENCE_MS = 20_000;
const POLL_MS = 50;

export interface StageOptions {
  apiUrl: string;
  /** Where a mailbox may be; the first that answers is used. Without one, `mail` cannot be used. */
  mailboxUrls?: readonly string[];
  /** Where steps are printed; by default, to the standard output. */
  write?: (text: string) => void;
}

export function createStage(options: StageOptions): Stage {
  const { apiUrl, mailboxUrls = [], write = (text: string) => void process.stdout.write(text) } = options;
  const startedAt = performance.now();
  let steps = 0;
  const print = (what: string, answer: string, ms: number) => {
    steps++;
    write(
      `  ${String(steps).padStart(2)}  ${what.padEnd(52)} ${answer.padEnd(34)} ${`${ms.toFixed(0)} ms`.padStart(8)}\n`,
    );
  };
  const get = async (url: string) => {
    try {
      return await fetch(url);
    } catch {
      throw new Surprise(`nothing answers at ${url}. Start the service first: npm start`);
    }
  };

  async function request(path: string, { method, token, body, headers }: Call = {}): Promise<Answer> {
    const response = await fetch(`${apiUrl}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  let mailbox: Mailbox | undefined;

  /** Waits for the mailbox, which is ready a second after the service. */
  async function findMailbox(): Promise<Mailbox> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = await openMailbox(mailboxUrls);
      if (found) return found;
      if (performance.now() > deadline)
        throw new Surprise(`no mailbox answers at ${mailboxUrls.join(' or ')}. Is MAILBOX_PORT set as for npm start?`);
      await delay(POLL_MS);
    }
  }

  return {
    apiUrl,
    request,

    async ready() {
      const response = await get(`${apiUrl}/readyz`);
      if (response.status !== 200)
        throw new Surprise(`${apiUrl}/readyz answers ${response.status}: ${await response.text()}`);
      if (mailboxUrls.length > 0) mailbox = await findMailbox();
      write(`\nDemo against ${apiUrl}${mailbox ? `, mail at ${mailbox.url}` : ''}\n`);
    },

    chapter(title) {
      write(`\n${title}\n`);
    },

    async step(what, path, expectedStatus, call) {
      const begun = performance.now();
      const answer = await request(path, call);
      const ms = performance.now() - begun;
      if (answer.status !== expectedStatus) {
        const said = JSON.stringify(answer.body ?? '').slice(0, 300);
        throw new Surprise(`${what}: expected ${expectedStatus}, got ${answer.status} ${said}`);
      }
      print(what, `${answer.status} ${summary(answer.body)}`, ms);
      return answer;
    },

    async mail(what, address, subject) {
      const begun = performance.now();
      for (;;) {
        mailbox ??= await findMailbox();
        const mail = await mailbox.find(address, subject);
        if (mail) {
          print(what, `"${mail.subject}"`.slice(0, 34), performance.now() - begun);
          const [link = '', token = ''] = /https?:\/\/\S*[?&]token=([A-Za-z0-9_-]+)/.exec(mail.text) ?? [];
          return { subject: mail.subject, token, link };
        }
        if (performance.now() - begun > PATIENCE_MS)
          throw new Surprise(`${what}: no email to ${address} with ${subject} arrived`);
        await delay(POLL_MS);
      }
    },

    async elsewhere(what, act, describe) {
      const begun = performance.now();
      const result = await act();
      print(what, describe(result), performance.now() - begun);
      return result;
    },

    async until(what, path, fits, call) {
      const begun = performance.now();
      for (;;) {
        const answer = await request(path, call);
        if (answer.status === 200 && fits(answer.body)) {
          print(what, `200 ${summary(answer.body)}`, performance.now() - begun);
          return answer;
        }
        if (performance.now() - begun > PATIENCE_MS)
          throw new Surprise(`${what}: still ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
        await delay(POLL_MS);
      }
    },

    async patiently(otherwise, holds) {
      const deadline = performance.now() + PATIENCE_MS;
      while (!(await holds().catch(() => false))) {
        if (performance.now() > deadline) throw new Surprise(otherwise);
        await delay(POLL_MS);
      }
    },

    expect(holds, otherwise) {
      if (!holds) throw new Surprise(otherwise);
    },

    newAddress: (name) => `${name}.${randomUUID().slice(0, 8)}@example.com`,

    finish() {
      write(`\n${steps} steps, all as expected, ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n\n`);
    },
  };
}

function summary(answer: unknown): string {
  if (answer === null || typeof answer !== 'object') return '';
  const { code, status, data, accessToken, email, because, dueNow, currency } = answer as Answer['body'];
  if (typeof code === 'string') return code;
  if (typeof status === 'string') return status;
  if (Array.isArray(data)) return `${data.length} in the list`;
  if (because !== undefined) return `${because.plan}, because ${because.status}`;
  if (dueNow !== undefined) return `${dueNow} ${currency} due now`;
  if (typeof accessToken === 'string') return 'access and refresh token';
  return typeof email === 'string' ? email : '';
}
