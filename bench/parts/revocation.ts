/**
 * Two api processes on one database: a session that ends on one must be refused by the other. The delay is measured from outside, from the answer
 * that confirms the end to the first refusal, and by the service's own histogram, from sending the notification to its arrival.
 */
import { type Connection, openConnection } from '../load/connection.ts';
import { httpRequest } from '../load/protocol.ts';
import { createMeter } from '../measuring.ts';
import { percentile } from '../statistics.ts';
import { openTokens } from '../tokens.ts';
import { meRequests } from './me.ts';
import { type Part, USERS } from './part.ts';

const GIVE_UP_MS = 5_000;

export const measureRevocation: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const [one, other] = [await stage.api(url), await stage.api(url)];
  const tokens = await openTokens(url);
  const meter = createMeter(stage.postgresPid);
  const [ending, asking] = await Promise.all([openConnection(one.port), openConnection(other.port)]);

  const delays: { afterAnswerMs: number; afterRequestMs: number }[] = [];
  const endSessions = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const headers = { authorization: `Bearer ${tokens.access(50_000 + delays.length, 1)}` };
      delays.push(await endOne(ending, asking, headers));
    }
  };
  // Run other load at the same time, because an idle process would react faster.
  const load = {
    connections: 4,
    durationMs: quick ? 5_000 : 25_000,
    work: { kind: 'list', requests: meRequests(tokens, USERS, 1_000) },
  } as const;
  const background = meter.measure(other, load);
  await endSessions(quick ? 100 : 1_000);
  await background;
  const histogram = await revocationHistogram(other.metricsPort);
  for (const connection of [ending, asking]) connection.close();
  await Promise.all([meter.close(), one.stop(), other.stop()]);

  const p99 = (value: (delay: (typeof delays)[number]) => number) => percentile(delays.map(value), 0.99);
  const fromRequest = p99(({ afterRequestMs }) => afterRequestMs).toFixed(1);
  return {
    figures: { revocation: p99(({ afterAnswerMs }) => afterAnswerMs) },
    details: [
      { label: 'sessions ended', text: String(delays.length) },
      { label: 'from the request to end it', text: `p99 ${fromRequest} ms, which includes the end itself` },
      { label: 'session_revocation_seconds', text: histogram },
    ],
    raw: { delays, histogram },
  };
};

async function endOne(ending: Connection, asking: Connection, headers: Record<string, string>) {
  const ask = httpRequest('GET', '/v1/users/me', headers);
  const before = await asking.request(ask);
  if (before.status !== 200) throw new Error(`the session should still be good, but: ${before.status} ${before.body}`);

  const sentAt = performance.now();
  let answeredAt = Number.NaN;
  const ended = ending.request(httpRequest('DELETE', '/v1/sessions/current', headers)).then(({ status }) => {
    if (status !== 204) throw new Error(`the session was not ended: ${status}`);
    answeredAt = performance.now();
  });
  for (;;) {
    const { status } = await asking.request(ask);
    const now = performance.now();
    if (status === 401) {
      await ended;
      return { afterAnswerMs: Math.max(0, now - answeredAt), afterRequestMs: now - sentAt };
    }
    if (now - sentAt > GIVE_UP_MS) throw new Error(`still accepted after ${GIVE_UP_MS} ms`);
  }
}

/** The bucket that contains the 99th of 100 observations in the other process. */
async function revocationHistogram(metricsPort: number): Promise<string> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const lines = text.matchAll(/^session_revocation_seconds_bucket\{le="([^"]+)"\} (\d+)/gm);
  const buckets = [...lines].map(([, bound, count]) => ({ bound: bound!, count: Number(count) }));
  const total = buckets.at(-1)?.count ?? 0;
  const found = buckets.find(({ count }) => count >= total * 0.99);
  return total > 0 && found
    ? `p99 at most ${Number(found.bound) * 1_000} ms (${total} observations)`
    : 'no observations';
}
