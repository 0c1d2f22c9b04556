/**
 * The session of a browser or a program: signing in, the access token, refreshing, signing out; the same in every tab.
 *
 * The rule: nobody is signed out who did not ask for it. A refresh that gets no answer is repeated, which the service allows
 * (`docs/decisions/0009-lost-refresh-answers.md`); only its own word that the session is over ends it.
 */
import { createSession, deleteCurrentSession, refreshSession, revokeSession } from '../generated/operations.ts';
import type { SignedIn, User } from '../generated/types.ts';
import { ApiProblem } from '../problems.ts';
import { isPassing, orCancelled, pause, waitBefore } from '../waiting.ts';
import type { Exclusively } from './locks.ts';
import type { Access, SessionRecord, Shared, SignedInRecord, SignedOutReason } from './record.ts';

export type SessionState =
  /** Not asked yet: `restore` finds out. */
  | { readonly status: 'unknown' }
  | { readonly status: 'signed-in'; readonly user: User }
  | { readonly status: 'signed-out'; readonly reason: SignedOutReason | undefined };

export interface Session {
  readonly state: SessionState;
  /** Calls `listener` after each change, also those of other tabs. @returns how to stop */
  subscribe(listener: () => void): () => void;
  /** Finds out whether this browser has a session. @throws ApiProblem if the service cannot be asked; the state stays `unknown` */
  restore(): Promise<SessionState>;
  /** Signs in with a password. @throws ApiProblem */
  signIn(input: { email: string; password: string }): Promise<User>;
  /** Signs in with what another operation answered, e.g. one for a second factor or a passkey. */
  adopt(answer: SignedIn): User;
  /** Signs out here and in all tabs at once. The service is told as soon as it can be reached. */
  signOut(): Promise<void>;
  /** Gets a new access token now. */
  refresh(signal?: AbortSignal): Promise<void>;
  /** Takes over what another operation answered about the user, e.g. a new name. */
  know(user: User): void;
  /** Stops listening to other tabs. */
  close(): void;
}

/** What calls need of it. */
export interface Tokens {
  /** @param refused a token that the service has refused. @returns undefined if nobody is signed in */
  token(signal?: AbortSignal, refused?: string): Promise<string | undefined>;
}

export interface SessionOptions {
  readonly mode: 'cookie' | 'bearer';
  readonly shared: Shared;
  readonly exclusively: Exclusively;
  /** Sends an operation once, without a token unless one is given. */
  readonly send: (operation: string, body: unknown, token?: string) => Promise<unknown>;
  readonly now: () => number;
  readonly backoffMs: number;
}

/** A token that is about to expire is not sent: it would be refused on arrival. */
const EARLY_MS = 20_000;
const REFRESH_ATTEMPTS = 5;
/** The words of the service that end a session; everything else is a fault of the way there. */
const OVER = ['session_revoked', 'unauthenticated', 'token_expired'];

export function createClientSession(options: SessionOptions): Session & Tokens {
  const { mode, shared, exclusively, send, now, backoffMs } = options;
  const listeners = new Set<() => void>();
  let state: SessionState = { status: 'unknown' };
  let access: Access | undefined;
  let refreshing: Promise<string | undefined> | undefined;

  function show(record: SessionRecord, given?: Access): void {
    const before = JSON.stringify(state);
    if (record.status === 'signed-in') {
      state = { status: 'signed-in', user: record.user };
      if (given) access = given;
      if (access?.id !== record.id) access = undefined;
    } else {
      state = { status: 'signed-out', reason: record.reason };
      access = undefined;
    }
    if (JSON.stringify(state) !== before) for (const listener of listeners) listener();
  }
  const put = (record: SessionRecord, given?: Access) => {
    shared.write(record, given);
    show(record, given);
  };
  const stop = shared.listen(show);

  const fresh = (refused?: string) =>
    access && access.token !== refused && access.expiresAt - EARLY_MS > now() ? access.token : undefined;

  function adopt(answer: SignedIn, id: string = crypto.randomUUID()): User {
    const { accessToken, expiresIn, refreshToken, user } = answer;
    const given = { id, token: accessToken, expiresAt: now() + expiresIn * 1_000 };
    put({ status: 'signed-in', id, user, ...(refreshToken !== undefined && { refreshToken }) }, given);
    return user;
  }

  /** One attempt. @returns what became of it; `other` if another tab has changed the session meanwhile */
  async function refreshOnce(refused?: string): Promise<'done' | 'other'> {
    const known = shared.read();
    if (known?.status === 'signed-out' || (mode === 'bearer' && !known)) {
      show(known ?? { status: 'signed-out', id: '', reason: 'none' });
      return 'done';
    }
    // Another tab has refreshed while this one waited.
    if (fresh(refused)) return 'done';
    const before = known as SignedInRecord | undefined;
    const isSame = () => {
      const current = shared.read() as SignedInRecord | undefined;
      return (
        current?.id === before?.id &&
        current?.status === before?.status &&
        current?.refreshToken === before?.refreshToken
      );
    };
    try {
      const answer = (await send(
        refreshSession,
        before?.refreshToken && { refreshToken: before.refreshToken },
      )) as SignedIn;
      if (!isSame()) return 'other';
      adopt(answer, before?.id);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status === 401 && OVER.includes(error.code))) throw error;
      if (!isSame()) return 'other';
      // Without a record and without a cookie, there was no session.
      end(before?.id, before || error.code !== 'unauthenticated' ? 'ended' : 'none');
    }
    return 'done';
  }

  async function refreshUntilDone(refused?: string): Promise<string | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        // Between two attempts other tabs may try: whoever gets an answer tells the others.
        if ((await exclusively(() => refreshOnce(refused))) === 'done') return fresh(refused) ?? access?.token;
      } catch (error) {
        const wait =
          error instanceof ApiProblem && isRepeatable(error) ? waitBefore(attempt, error, backoffMs) : undefined;
        if (wait === undefined || attempt >= REFRESH_ATTEMPTS) throw error;
        await pause(wait);
        if (fresh(refused)) return access?.token;
      }
    }
  }

  /** All callers of this tab wait for the same refresh, which none of them can cancel. */
  function refresh(refused?: string): Promise<string | undefined> {
    refreshing ??= refreshUntilDone(refused).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  function end(id: string | undefined, reason: SignedOutReason, untold?: { refreshToken?: string }): void {
    put({ status: 'signed-out', id: id ?? '', reason, ...(untold && { untold }) });
  }

  /** Tells the service of a sign-out, if it does not know yet. @throws ApiProblem if it cannot be reached */
  async function tell(token?: string): Promise<void> {
    const record = shared.read();
    if (record?.status !== 'signed-out' || !record.untold) return;
    const { refreshToken } = record.untold;
    try {
      if (refreshToken !== undefined) await send(revokeSession, { refreshToken });
      else await send(deleteCurrentSession, undefined, token);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 429))
        throw error;
    }
    const later = shared.read();
    if (later?.status === 'signed-out' && later.id === record.id) end(record.id, record.reason);
  }

  const session: Session & Tokens = {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async restore() {
      const record = shared.read();
      if (record) show(record);
      if (record?.status === 'signed-out') await exclusively(tell).catch(() => {});
      else if (mode === 'cookie' || record) await refresh();
      else show({ status: 'signed-out', id: '', reason: 'none' });
      return state;
    },
    async signIn({ email, password }) {
      const answer = await exclusively(async () => {
        // A cookie that is still to be ended would be replaced by the new one.
        await tell();
        const signedIn = (await send(createSession, { email, password, mode })) as SignedIn;
        adopt(signedIn);
        return signedIn;
      });
      return answer.user;
    },
    adopt: (answer) => adopt(answer),
    async signOut() {
      const record = shared.read();
      const token = access?.token;
      if (record?.status !== 'signed-out') {
        const held = record?.refreshToken;
        end(record?.id, 'asked', mode === 'cookie' ? {} : held === undefined ? undefined : { refreshToken: held });
      }
      for (let attempt = 1; ; attempt++) {
        try {
          return await exclusively(() => tell(token));
        } catch (error) {
          const wait = waitBefore(attempt, error as ApiProblem, backoffMs);
          // It is told at the next start of a page.
          if (wait === undefined || attempt >= REFRESH_ATTEMPTS) return;
          await pause(wait);
        }
      }
    },
    refresh: async (signal) => void (await orCancelled(refresh(access?.token), signal)),
    know(user) {
      const record = shared.read();
      if (record?.status === 'signed-in' && record.user.id === user.id) put({ ...record, user });
    },
    async token(signal, refused) {
      if (state.status === 'signed-out') return undefined;
      return fresh(refused) ?? orCancelled(refresh(refused), signal);
    },
    close: stop,
  };
  return session;
}

/** A refresh changes nothing that its repetition would change again, so also faults of the service are worth another attempt. */
function isRepeatable(problem: ApiProblem): boolean {
  return isPassing(problem) || problem.status >= 500 || problem.code === 'unexpected_answer';
}
