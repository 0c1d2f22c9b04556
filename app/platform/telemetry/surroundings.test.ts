import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createServer } from 'node:tls';
import { createCertificate } from '../../features/email/testing/certificate.ts';
import { createMetrics } from './metrics.ts';
import { certificateExpiry, observeCertificates, observeDisk } from './surroundings.ts';

async function serve(t: { after(work: () => void): void }, to: Date): Promise<string> {
  const { pem, privateKey } = createCertificate({ from: new Date('2020-01-01T00:00:00Z'), to });
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' });
  const server = createServer({ cert: pem, key }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

test('the end of a served certificate is read, whether it is past or future', async (t) => {
  for (const end of [new Date('2021-02-03T04:05:06Z'), new Date('2049-02-03T04:05:06Z')]) {
    const url = await serve(t, end);
    assert.deepEqual(await certificateExpiry(url), end);
    assert.deepEqual(await certificateExpiry(url.replace('localhost', '127.0.0.1')), end, 'by an address too');
  }
  await assert.rejects(certificateExpiry('https://localhost:1'), /ECONNREFUSED/);
});

test('certificates are reported per endpoint, and plain http has none', async (t) => {
  const url = await serve(t, new Date('2049-02-03T04:05:06Z'));
  const metrics = createMetrics({ release: 'test' }, { runtime: false });
  t.after(observeCertificates(metrics, { api: url, app: 'http://localhost:5000' }));
  const read = async () => (await metrics.tls_certificate_expiry_timestamp_seconds.get()).values;
  while ((await read()).length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    (await read()).map(({ labels, value }) => ({ ...labels, value })),
    [{ endpoint: 'api', value: Date.UTC(2049, 1, 3, 4, 5, 6) / 1_000 }],
  );
});

test('the free share of the disk is between 0 and 1, and NaN if it cannot be read', async () => {
  const metrics = createMetrics({ release: 'test' }, { runtime: false });
  observeDisk(metrics);
  const read = async () => (await metrics.filesystem_free_ratio.get()).values[0]!.value;
  const free = await read();
  assert.ok(free > 0 && free <= 1, String(free));
  observeDisk(metrics, '/nonexistent');
  assert.ok(Number.isNaN(await read()));
});
