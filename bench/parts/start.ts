/** The start in development until `/readyz` is 200: the first (a new PostgreSQL cluster, migrations), and one with the data of an earlier start. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { freePort } from '../../dev/free-port.ts';
import { removeCluster } from '../../dev/postgres-cluster.ts';
import { start, stop } from '../processes.ts';
import { untilReady } from '../stage.ts';
import { median } from '../statistics.ts';
import type { Part } from './part.ts';

export const measureStart: Part = async ({ quick }) => {
  const firstStarts: number[] = [];
  const laterStarts: number[] = [];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const port = await freePort();
    // Each port has its own data directory (`dev/stand-ins.ts`).
    const data = `.plinth/${port}`;
    if (existsSync(data)) throw new Error(`${data} exists: a service was started on port ${port}; run again`);
    try {
      firstStarts.push(await secondsToStart(port, `${data}/compile-cache`));
      for (let later = 0; later < (quick ? 2 : 3); later++)
        laterStarts.push(await secondsToStart(port, `${data}/compile-cache`));
    } finally {
      await removeCluster(`${data}/postgres`);
      await rm(data, { recursive: true, force: true });
    }
  }
  const list = (seconds: number[]) => seconds.map((value) => `${value.toFixed(2)} s`).join(', ');
  return {
    figures: { firstStart: median(firstStarts), laterStart: median(laterStarts) },
    details: [
      { label: 'first', text: list(firstStarts) },
      { label: 'later', text: list(laterStarts) },
    ],
    raw: { firstStarts, laterStarts },
  };
};

/** @param compileCache the directory of compiled code; not the usual one, so that a first start finds it empty */
async function secondsToStart(port: number, compileCache: string): Promise<number> {
  const [metricsPort, mailboxPort, smtpPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: resolve(compileCache),
    // Empty, so that a developer's .env has no effect.
    DATABASE_URL: '',
    DATABASE_DIRECT_URL: '',
    SMTP_URL: '',
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    MAILBOX_PORT: String(mailboxPort),
    MAILBOX_SMTP_PORT: String(smtpPort),
    EMBEDDED_DATABASE_PORT: '0',
  };
  const begunAt = performance.now();
  const child = start('any', [process.execPath, 'app/main.ts', 'all'], env);
  try {
    await untilReady(port, child, 60_000);
    return (performance.now() - begunAt) / 1_000;
  } finally {
    await stop(child);
  }
}
