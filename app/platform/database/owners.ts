/**
 * Whose work the database does: the organization or the user that a request or a job is about. The pool gives no owner so many connections
 * that others have to wait (`shares.ts`).
 */
import { AsyncLocalStorage } from 'node:async_hooks';

interface Work {
  owner: string | undefined;
}

const current = new AsyncLocalStorage<Work>();

/** Runs `work` for an owner; nobody yet, if it is undefined. */
export const workFor = <T>(owner: string | undefined, work: () => T): T => current.run({ owner }, work);

/** Says whose work this is, for what began before that was known. Without effect outside of `workFor`. @param owner an id */
export function ownWork(owner: string): void {
  const work = current.getStore();
  if (work) work.owner = owner;
}

/** Undefined if nobody is known. */
export const ownerOfWork = (): string | undefined => current.getStore()?.owner;
