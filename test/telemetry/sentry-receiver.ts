/**
 * The receiver of error reports, in place of Sentry in production: accepts envelopes (develop.sentry.dev/sdk/data-model/envelopes), and shows the
 * events to a test.
 */
import { startReceiver } from './receiver.ts';

export interface SentryReceiver {
  /** The value for `SENTRY_DSN`. */
  readonly dsn: string;
  // biome-ignore lint/suspicious/noExplicitAny: unparsed events of the SDK
  readonly events: any[];
  // biome-ignore lint/suspicious/noExplicitAny: unparsed check-ins of the SDK
  readonly checkIns: any[];
  /** The unparsed headers and bodies of the requests. */
  readonly received: string[];
  close(): Promise<void>;
}

export async function startSentryReceiver(): Promise<SentryReceiver> {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const [events, checkIns]: [any[], any[]] = [[], []];
  const { url, received, close } = await startReceiver((path, body, headers) => {
    // As the local inbox does, ignore requests without the right content type.
    if (path !== '/api/1/envelope/' || headers['content-type'] !== 'application/x-sentry-envelope') return false;
    for (const { type, payload } of itemsOf(body)) {
      if (type === 'event') events.push(payload);
      if (type === 'check_in') checkIns.push(payload);
    }
    return true;
  });
  return { dsn: url.replace('//', '//key@').concat('/1'), events, checkIns, received, close };
}

/** The items of an envelope. The SDK writes each header and each payload on a separate line. */
function itemsOf(envelope: Buffer): { type: string; payload: unknown }[] {
  const [, ...lines] = envelope.toString('utf8').trimEnd().split('\n');
  const items: { type: string; payload: unknown }[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    items.push({ type: JSON.parse(lines[index]!).type, payload: JSON.parse(lines[index + 1]!) });
  }
  return items;
}
