/** The limit of delivering webhooks: a loop that signs and sends, and does nothing else. */
import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';

const CONCURRENCY = 200;
const secret = Buffer.alloc(24, 1);

async function send(dispatcher: Agent, url: string, index: number): Promise<void> {
  const id = `evt_${index}`;
  const seconds = String(Math.floor(Date.now() / 1_000));
  const body = JSON.stringify({ id, type: 'bench', timestamp: new Date().toISOString(), data: { index } });
  const signature = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
  const headers = {
    ...{ 'content-type': 'application/json', 'webhook-id': id },
    ...{ 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` },
  };
  const answer = await request(url, { method: 'POST', dispatcher, headers, body });
  await answer.body.text();
}

/** @returns requests per second */
async function sendAll(urls: readonly string[], count: number): Promise<number> {
  const dispatcher = new Agent();
  const startedAt = performance.now();
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await send(dispatcher, urls[index % urls.length]!, index);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  const seconds = (performance.now() - startedAt) / 1_000;
  await dispatcher.close();
  return count / seconds;
}

process.on('disconnect', () => process.exit());
process.on('message', async ({ urls, count }: { urls: string[]; count: number }) => {
  process.send!({ rate: await sendAll(urls, count) });
});
