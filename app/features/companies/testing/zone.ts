/** The DNS of tests: a nameserver whose records a test writes, and a service that asks it. */
import assert from 'node:assert/strict';
import { startTestService, type TestService, type TestServiceOptions } from '../../../../test/service.ts';
import type { Scene } from '../../organizations/testing/scene.ts';
import { startLocalNameserver, type ZoneAnswer } from '../domains/local-nameserver.ts';

export interface Zone {
  /** Records by name. */
  readonly records: Map<string, ZoneAnswer>;
  readonly env: { readonly DOMAIN_NAMESERVERS: string };
  close(): Promise<void>;
}

export async function startZone(): Promise<Zone> {
  const records = new Map<string, ZoneAnswer>();
  const nameserver = await startLocalNameserver(0, (name) => records.get(name));
  return { records, env: { DOMAIN_NAMESERVERS: `127.0.0.1:${nameserver.port}` }, close: nameserver.close };
}

export async function startWithZone(options: TestServiceOptions = {}): Promise<{ test: TestService; zone: Zone }> {
  const zone = await startZone();
  return { zone, test: await startTestService({ ...options, env: { ...options.env, ...zone.env } }) };
}

/** Claims a domain, and publishes its record. @returns the domain as the API shows it */
export async function claim(zone: Zone, { as, owner }: Scene, domain: string) {
  const { status, body } = await as(owner, '/domains', { body: { domain } });
  assert.equal(status, 201, JSON.stringify(body));
  zone.records.set(body.record.name, [body.record.value]);
  return body;
}

/** The same, and verifies it. */
export async function verified(zone: Zone, scene: Scene, domain: string) {
  const { id } = await claim(zone, scene, domain);
  const { status, body } = await scene.as(scene.owner, `/domains/${id}/verify`, { method: 'POST' });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}
