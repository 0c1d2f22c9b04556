import { rm } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { freePort } from '../dev/free-port.ts';
import { removeCluster } from '../dev/postgres-cluster.ts';

const NAMES = [
  'PORT',
  'METRICS_PORT',
  'MAILBOX_PORT',
  'MAILBOX_SMTP_PORT',
  'STRIPE_SANDBOX_PORT',
  'LOCAL_PROVIDER_PORT',
] as const;

/** Ports that are free, as the usual ones may be a developer's; removes the data that belongs to them after the test. */
export async function ownPorts(t: TestContext): Promise<Record<(typeof NAMES)[number], string>> {
  const ports = {} as Record<(typeof NAMES)[number], string>;
  for (const name of NAMES) ports[name] = String(await freePort());
  const folder = `.plinth/${ports.PORT}`;
  t.after(async () => {
    await removeCluster(`${folder}/postgres`);
    await rm(folder, { recursive: true, force: true });
  });
  return ports;
}
