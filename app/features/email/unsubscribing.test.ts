import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { emailSuppressions } from './schema.ts';
import { createSmtpTransport } from './smtp-transport.ts';
import { type Harness, startHarness } from './testing/harness.ts';
import { suiteLifetime } from './testing/lifetime.ts';
import { bulkTemplate, sampleOf, withoutBulk } from './testing/samples.ts';
import { type SmtpReceiver, startSmtpReceiver } from './testing/smtp-receiver.ts';

describe('unsubscribing', { skip: withoutBulk }, () => {
  const lifetime = suiteLifetime();
  let harness: Harness;
  let smtp: SmtpReceiver;
  let path: string;
  let page: URL;
  before(async () => {
    smtp = await startSmtpReceiver(lifetime);
    harness = await startHarness(lifetime, { transport: createSmtpTransport({ url: smtp.url }) });
    const { db, email, deliver } = harness;
    await db.transaction((tx) =>
      email.sendEmail(tx, {
        template: bulkTemplate!,
        to: 'Reader@example.test',
        locale: 'de',
        data: sampleOf(bulkTemplate!),
        key: 'bulk',
      }),
    );
    const [mail] = await email.list();
    await deliver(mail!.id);
  });
  beforeEach(async () => {
    const head = smtp.received[0]!.raw.split('\r\n\r\n', 1)[0]!.replace(/\r\n[ \t]+/g, ' ');
    const url = /^List-Unsubscribe: <(https:\/\/[^>\s]+)>$/m.exec(head.replaceAll('\r', ''))![1]!;
    assert.match(head, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m);
    assert.ok(url.startsWith('https://api.plinth.test/v1/email-unsubscriptions?token='));
    path = url.slice('https://api.plinth.test'.length);
    const text = smtp.received[0]!.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=');
    page = new URL(/https:\/\/app\.plinth\.test\/unsubscribe\?token=[\w-]+/.exec(text)![0]);
    await harness.db.delete(emailSuppressions);
  });

  const unsubscribed = async () =>
    (await harness.db.select().from(emailSuppressions)).map(({ address, scope }) => [address, scope]);

  it('takes one click from a mail program, as a URL-encoded form', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await harness.app.inject({
      method: 'POST',
      url: path,
      headers,
      payload: 'List-Unsubscribe=One-Click',
    });
    assert.equal(answer.statusCode, 204, answer.body);
    assert.deepEqual(await unsubscribed(), [['reader@example.test', 'bulk']]);
    const again = await harness.app.inject({
      method: 'POST',
      url: path,
      headers,
      payload: 'List-Unsubscribe=One-Click',
    });
    assert.equal(again.statusCode, 204);
  });

  it('takes one click as multipart form data', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=---FormBoundaryjWmhtjORrn' };
    const boundary = '-----FormBoundaryjWmhtjORrn';
    const payload = `${boundary}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n${boundary}--\r\n`;
    const answer = await harness.app.inject({ method: 'POST', url: path, headers, payload });
    assert.equal(answer.statusCode, 204, answer.body);
    assert.deepEqual(await unsubscribed(), [['reader@example.test', 'bulk']]);
  });

  it('takes the token from the page that the link opens', async () => {
    const payload = { token: page.searchParams.get('token') };
    const answer = await harness.app.inject({ method: 'POST', url: '/v1/email-unsubscriptions', payload });
    assert.equal(answer.statusCode, 204, answer.body);
    assert.deepEqual(await unsubscribed(), [['reader@example.test', 'bulk']]);
  });

  it('never unsubscribes by a GET or HEAD', async () => {
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await harness.app.inject({ method, url: path });
      assert.equal(answer.statusCode, 405);
      assert.equal(answer.headers.allow, 'POST');
    }
    assert.deepEqual(await unsubscribed(), []);
  });

  it('does not name the address in the link', () => {
    assert.doesNotMatch(path, /reader|example/i);
    for (const part of path.split(/[=?/]/)) assert.doesNotMatch(Buffer.from(part, 'base64url').toString(), /reader/i);
  });

  it('refuses a token that was changed, made up or missing', async () => {
    const token = page.searchParams.get('token')!;
    const changed = Buffer.from(token, 'base64url');
    changed[changed.length - 1]! ^= 1;
    for (const bad of [
      changed.toString('base64url'),
      Buffer.from('reader@example.test').toString('base64url'),
      'x',
      token.slice(0, -8),
    ]) {
      const answer = await harness.app.inject({
        method: 'POST',
        url: '/v1/email-unsubscriptions',
        payload: { token: bad },
      });
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'invalid_unsubscribe_token']);
    }
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const bare = {
      method: 'POST',
      url: '/v1/email-unsubscriptions',
      headers,
      payload: 'List-Unsubscribe=One-Click',
    } as const;
    assert.equal((await harness.app.inject(bare)).statusCode, 400);
    assert.equal((await harness.app.inject({ ...bare, url: path, payload: 'Subscribe=1' })).statusCode, 400);
    assert.equal(
      (await harness.app.inject({ ...bare, url: path, headers: { 'content-type': 'multipart/form-data' } })).statusCode,
      400,
    );
    assert.equal(
      (await harness.app.inject({ method: 'POST', url: path, headers: { 'content-type': 'text/plain' }, payload: 'x' }))
        .statusCode,
      415,
    );
    assert.equal((await harness.app.inject({ method: 'POST', url: path })).statusCode, 400);
    assert.deepEqual(await unsubscribed(), []);
  });
});
