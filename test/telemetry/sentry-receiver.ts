/** What Sentry is in production: takes envelopes (develop.sentry.dev/sdk/data-model/envelopes), and shows a test what came. */
import { startReceiver } from './receiver.ts';

export interface SentryReceiver {
  /** For `SENTRY_DSN`. */
  readonly dsn: string;
  // biome-ignore lint/suspicious/noExplicitAny: events as they come
  readonly events: any[];
  // biome-ignore lint/suspicious/noExplicitAny: check-ins as they come
  readonly checkIns: any[];
  /** Headers and bodies of the requests, byte for byte. */
  readonly received: string[];
  close(): Promise<void>;
}

export async function startSentryReceiver(): Promise<SentryReceiver> {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const [events, checkIns]: [any[], any[]] = [[], []];
  const { url, received, close } = await startReceiver((path, body, headers) => {
    // The local inbox passes over what does not say what it is.
    if (path !== '/api/1/envelope/' || headers['content-type'] !== 'application/x-sentry-envelope') return false;
    for (const { type, payload } of itemsOf(body)) {
      if (type === 'event') events.push(payload);
      if (type === 'check_in') checkIns.push(payload);
    }
    return true;
  });
  return { dsn: url.replace('//', '//key@').concat('/1'), events, checkIns, received, close };
}

/** The SDK writes each header and payload on a line of its own. */
function itemsOf(envelope: Buffer): { type: string; payload: unknown }[] {
  const [, ...lines] = envelope.toString('utf8').trimEnd().split('\n');
  const items: { type: string; payload: unknown }[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    items.push({ type: JSON.parse(lines[index]!).type, payload: JSON.parse(lines[index + 1]!) });
  }
  return items;
}
