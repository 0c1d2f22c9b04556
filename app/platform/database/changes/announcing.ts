/**
 * What transactions say to other processes: what they change of what is kept in memory, and that there is something to look for. Changes are written
 * right before the commit, by one statement, so that a change is heard if, and only if, it was committed. Hints follow the commit and may get lost.
 */
import type { Executor, Transaction } from '../database.ts';
import { changesOf } from './collecting.ts';
import { outletOf } from './hints.ts';

const connectionOf = (executor: Executor) => (executor._.session as unknown as { client: object }).client;

/** Tells every process, once `tx` has committed, to forget what it knows of this. @param kind what kind of thing, e.g. `user` */
export function announce(tx: Transaction, kind: string, ...keys: readonly string[]): void {
  const changes = changesOf(connectionOf(tx));
  if (!changes) throw new Error(`a change of ${kind} was announced outside of a transaction`);
  for (const key of keys) changes.push({ kind, key });
}

/** Tells those who listen to `channel`, once `executor` has committed. */
export function hint(executor: Executor, channel: string, payload = ''): void {
  const outlet = outletOf(connectionOf(executor));
  if (!outlet) throw new Error(`a hint to ${channel} was given outside of a transaction`);
  outlet({ channel, payload });
}
