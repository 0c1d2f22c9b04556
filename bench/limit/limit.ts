/** Starts the limit's server beside the service, on the same core, with the same keys and database. */
import { once } from 'node:events';
import { startWorker, stop } from '../processes.ts';
import { sealer } from '../seed.ts';
import { API_URL, TOKEN_LIFETIME_SECONDS, type Tokens } from '../tokens.ts';
import type { LimitSettings } from './settings.ts';

export interface Limit {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

export async function startLimit(databaseUrl: string, { signingKey }: Tokens): Promise<Limit> {
  const worker = startWorker('server', new URL('./server.ts', import.meta.url));
  const settings: LimitSettings = {
    databaseUrl,
    issuer: API_URL,
    keyId: signingKey.id,
    publicKey: signingKey.publicKey.export({ format: 'pem', type: 'spki' }) as string,
    privateKey: signingKey.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    tokenLifetimeSeconds: TOKEN_LIFETIME_SECONDS,
    sealingKey: sealer.deriveKey('sessions.secret'),
  };
  worker.send(settings);
  const [port] = await once(worker, 'message');
  return { pid: worker.pid!, port, stop: () => stop(worker) };
}
