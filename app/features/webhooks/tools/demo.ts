import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Stage, Variables } from '../../../../scripts/demo/stage.ts';

interface Verified {
  type: string;
}

/**
 * A receiver verifies webhooks with the library that customers use: an example, a change, and the same event again on request.
 * @param env the settings of the service: outside of development it sends nothing to this machine, and this part is left out
 */
export async function story(stage: Stage, env: Variables): Promise<void> {
  if ((env.APP_ENV ?? 'development') !== 'development') return;
  const { step, mail, expect } = stage;
  stage.chapter('Mary receives webhooks');
  const email = stage.newAddress('mary');
  const password = 'correct horse battery staple';
  await step('Mary registers', '/v1/users', 202, { body: { email, password, name: 'Mary' } });
  const { token: proof } = await mail('Mary reads the email', email, /confirm/i);
  await step('Mary verifies', '/v1/email-verifications/confirm', 204, { body: { token: proof } });
  const { body: session } = await step('Mary signs in', '/v1/sessions', 201, { body: { email, password } });
  const token: string = session.accessToken;
  const { body: founded } = await step('found an organization', '/v1/organizations', 201, {
    token,
    body: { name: 'Lighthouse' },
  });
  const path = `/v1/organizations/${founded.id}`;

  const receiver = await startReceiver();
  try {
    const { body: endpoint } = await step('create an endpoint', `${path}/webhook-endpoints`, 201, {
      token,
      body: { url: receiver.url },
    });
    receiver.verifyWith(endpoint.secret);
    const own = `${path}/webhook-endpoints/${endpoint.id}`;
    const { body: tried } = await step('send an example', `${own}/test`, 200, {
      token,
      body: { type: 'member.joined' },
    });
    // The receiver listens on this machine, which a service in a container does not reach at 127.0.0.1.
    if (tried.error?.includes('ECONNREFUSED')) {
      await step('delete the endpoint', own, 204, { method: 'DELETE', token });
      return stage.chapter('The rest is left out: the service runs in a container, and does not reach this machine.');
    }
    expect(tried.status === 204, `the receiver answered ${tried.status ?? tried.error}`);
    await step('rename the organization', path, 200, { method: 'PATCH', token, body: { name: 'Beacon' } });
    await stage.patiently('the webhook did not arrive', async () => receiver.verified.length === 2);
    expect(receiver.verified[1]!.type === 'organization.updated', `${receiver.verified[1]!.type} arrived`);
    const isDelivered = (body: { data: { status: string }[] }) =>
      body.data.some(({ status }) => status === 'succeeded');
    await stage.until('the delivery is listed', `${own}/deliveries`, isDelivered, { token });
    await step('replay it', `${own}/replay`, 202, { token, body: { since: founded.createdAt } });
    await stage.patiently('the replay did not arrive', async () => receiver.verified.length === 3);
    expect(receiver.refused === 0, `${receiver.refused} webhooks had a wrong signature`);
    await step('delete the endpoint', own, 204, { method: 'DELETE', token });
  } finally {
    receiver.close();
  }
}

async function startReceiver() {
  let webhook: Webhook | undefined;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    try {
      receiver.verified.push(webhook!.verify(body, request.headers as Record<string, string>) as Verified);
      response.writeHead(204).end();
    } catch {
      receiver.refused++;
      response.writeHead(400).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    verified: [] as Verified[],
    refused: 0,
    verifyWith(secret: string) {
      webhook = new Webhook(secret);
    },
    close: () => void server.close(),
  };
  return receiver;
}
