/** One tab at a time: Web Locks, and a lease in the shared storage where they are missing (pages without TLS). */
import { pause } from '../waiting.ts';
import type { ClientStorage } from './storage.ts';

/** The part of `navigator.locks` that is used here. */
export interface LockManager {
  request<T>(name: string, options: { signal: AbortSignal }, work: () => Promise<T>): Promise<T>;
}

const POLL_MS = 40;
/** A tab waits for the others as long as so many leases. */
const PATIENCE = 3;

export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Waits for the other tabs, but not for ever: then a tab acts without the lock. The service gives two tabs that refresh at once the same token,
 * and a tab that the browser has stopped must not stop the others.
 * @param leaseMs how long a tab may hold the lock where there are no Web Locks
 */
export function createExclusively(
  name: string,
  locks: LockManager | undefined,
  storage: ClientStorage,
  leaseMs: number,
): Exclusively {
  return (work) =>
    locks ? locked(locks, name, leaseMs * PATIENCE, work) : leased(storage, `${name}.lease`, leaseMs, work);
}

async function locked<T>(locks: LockManager, name: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  let begun = false;
  const once = () => {
    begun = true;
    return work();
  };
  try {
    return await locks.request(name, { signal: AbortSignal.timeout(patienceMs) }, once);
  } catch (error) {
    // Also where a browser offers locks and refuses them.
    if (begun) throw error;
    return work();
  }
}

async function leased<T>(storage: ClientStorage, key: string, leaseMs: number, work: () => Promise<T>): Promise<T> {
  const id = crypto.randomUUID();
  const isMine = () => storage.get(key)?.startsWith(id) ?? false;
  for (let waited = 0; waited < leaseMs * PATIENCE; waited += POLL_MS) {
    const until = Number(storage.get(key)?.split(' ')[1] ?? 0);
    if (!(until > Date.now() && until <= Date.now() + leaseMs)) {
      storage.set(key, `${id} ${Date.now() + leaseMs}`);
      // Two tabs may have written: the last one holds it.
      await pause(POLL_MS / 4);
      if (isMine()) break;
    }
    await pause(POLL_MS);
  }
  try {
    return await work();
  } finally {
    if (isMine()) storage.remove(key);
  }
}
