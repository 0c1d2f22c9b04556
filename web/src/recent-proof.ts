/**
 * Some changes need a recent proof, and organizations may require one of their members. Whatever page asks for such a change, the person is asked
 * for the proof in one dialog, and the change is asked for again. What only reads does not open the dialog by itself: the page offers it.
 */
import { ApiProblem, type Client } from '@plinth/client';
import { getFactors } from '@plinth/client/operations';

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
function ask(problem: ApiProblem, ways: readonly string[]): Promise<void> {
  waiting ??= new Promise<void>((resolve, reject) => {
    show({ ways, proven: resolve, refuse: () => reject(problem) });
  }).finally(() => {
    waiting = undefined;
    show(undefined);
  });
  return waiting;
}

/** Refusals of organizations, which say nothing about the ways to prove it: only the access token that comes after the proof has it. */
const OF_ORGANIZATIONS = ['organization_second_factor_required', 'organization_sign_in_required'];

/** True if a proof opens what was refused. */
export const isProvable = (error: unknown): error is ApiProblem =>
  error instanceof ApiProblem && (error.code === 'recent_sign_in_required' || OF_ORGANIZATIONS.includes(error.code));

/**
 * Asks for the proof that a refusal needs.
 * @throws the refusal, if the person does not prove it, or has no second factor where one is required
 */
export async function proveFor(client: Client, problem: ApiProblem): Promise<void> {
  await ask(problem, await waysFor(client, problem));
  // An organization looks at the token, and may refuse the same change for what the token does not say yet.
  await client.session.refresh();
}

async function waysFor(client: Client, problem: ApiProblem): Promise<readonly string[]> {
  if (!OF_ORGANIZATIONS.includes(problem.code)) return problem.proofs ?? [];
  const { password, totp, passkeys, recoveryCodes } = await client.call(getFactors, {});
  const factors = [
    ...(passkeys > 0 ? ['passkey'] : []),
    ...(totp ? ['totp'] : []),
    ...(recoveryCodes > 0 ? ['recovery_code'] : []),
  ];
  const isFactor = problem.code === 'organization_second_factor_required';
  if (isFactor && factors.length === 0) throw problem;
  // A factor is the stronger proof, and whoever has one is asked for it in place of the password.
  return factors.length > 0 ? factors : password ? ['password'] : [];
}

/** The client, whose changes wait for a proof where one is needed. */
export function withRecentProof(client: Client): Client {
  const call = client.call as unknown as (...given: unknown[]) => Promise<unknown>;
  const proving = async (...given: unknown[]) => {
    try {
      return await call(...given);
    } catch (error) {
      if (!isProvable(error) || String(given[0]).startsWith('GET ')) throw error;
      await proveFor(client, error);
      return call(...given);
    }
  };
  return { ...client, call: proving as unknown as Client['call'] };
}
