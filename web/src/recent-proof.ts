/**
 * Some changes need a recent proof. Whatever page asks for one of them, the person is asked for the proof in one dialog, and the change is asked
 * for again.
 */
import { ApiProblem, type Client } from '@plinth/client';

export interface AskedProof {
  /** The ways to prove it; one is enough. Empty: only another sign-in does. */
  readonly ways: readonly string[];
  /** The proof was accepted. */
  readonly proven: () => void;
  /** The person does not prove it now: the change fails with the refusal. Does nothing after `proven`. */
  readonly refuse: () => void;
}

let asked: AskedProof | undefined;
let waiting: Promise<void> | undefined;
const listeners = new Set<() => void>();

/** What is asked now, for `useSyncExternalStore`. */
export const askedProof = {
  current: () => asked,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

function show(next: AskedProof | undefined): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** Several changes at once wait for the same proof. */
function ask(problem: ApiProblem): Promise<void> {
  waiting ??= new Promise<void>((resolve, reject) => {
    show({ ways: problem.proofs ?? [], proven: resolve, refuse: () => reject(problem) });
  }).finally(() => {
    waiting = undefined;
    show(undefined);
  });
  return waiting;
}

/** The client, whose calls wait for a proof where one is needed. */
export function withRecentProof(client: Client): Client {
  const call = client.call as unknown as (...given: unknown[]) => Promise<unknown>;
  const proving = async (...given: unknown[]) => {
    try {
      return await call(...given);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'recent_sign_in_required') throw error;
      await ask(error);
      return call(...given);
    }
  };
  return { ...client, call: proving as unknown as Client['call'] };
}
