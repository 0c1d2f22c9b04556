/**
 * Acting as a user, in one tab: what the console leaves in the storage of the tab, and a client that speaks with the token of the user. The session
 * of the operator stays as it is; it gets the next token, and stops the acting.
 */
import { ApiProblem, type Client, createClient, type Session, type SessionState } from '@plinth/client';
import { deleteImpersonation, getMe, renewImpersonation } from '@plinth/client/operations';
import type { BegunImpersonation } from '@plinth/client/types';

const STORED = 'acting';
/** A token is renewed so long before its end, in milliseconds. */
const EARLY_MS = 30_000;
const CONSOLE = '/operator';

/** The acting of this tab. */
export interface Acting {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  readonly mayChange: boolean;
  /** When it ends. */
  readonly expiresAt: string;
  readonly token: string;
  /** When the token ends, in milliseconds since 1970. */
  readonly tokenEndsAt: number;
}

/** Begins in this tab: the account app opens as the user sees it. */
export function beginActing(begun: BegunImpersonation, email: string): void {
  write(stored(begun, email));
  location.assign('/app/');
}

export function readActing(): Acting | undefined {
  try {
    const text = sessionStorage.getItem(STORED);
    return text === null ? undefined : (JSON.parse(text) as Acting);
  } catch {
    return undefined;
  }
}

function stored({ impersonation, accessToken, expiresIn }: BegunImpersonation, email: string): Acting {
  const { id, userId, mayChange, expiresAt } = impersonation;
  return { id, userId, email, mayChange, expiresAt, token: accessToken, tokenEndsAt: Date.now() + expiresIn * 1_000 };
}

const write = (acting: Acting) => sessionStorage.setItem(STORED, JSON.stringify(acting));

/** Leaves the account of the user. @param ended true if it has ended by itself */
function leave({ userId }: Acting, ended: boolean): void {
  sessionStorage.removeItem(STORED);
  location.assign(`${CONSOLE}/users/${userId}${ended ? '?ended=true' : ''}`);
}

/** Stops the acting, and goes back to the console. One that is over already is no failure. */
export async function stopActing(own: Client, acting: Acting): Promise<void> {
  await own.call(deleteImpersonation, { impersonationId: acting.id }).catch((error: unknown) => {
    if (!(error instanceof ApiProblem) || error.status >= 500 || error.status === 0) throw error;
  });
  leave(acting, false);
}

/** @param own the client of the operator, of whose session the acting is a part */
export function createActingClient(own: Client, begun: Acting): Client {
  let acting = begun;
  let renewing: Promise<void> | undefined;
  const client = createClient({
    mode: 'bearer',
    name: 'acting',
    get apiKey() {
      return acting.token;
    },
  });

  /** Gets the next token shortly before this one ends. */
  const renewed = () => (acting.tokenEndsAt - Date.now() > EARLY_MS ? Promise.resolve() : renew());

  function renew(): Promise<void> {
    renewing ??= own
      .call(renewImpersonation, { impersonationId: acting.id })
      .then((answer) => {
        acting = stored(answer, acting.email);
        write(acting);
      })
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  }

  const call = client.call as unknown as (...given: unknown[]) => Promise<unknown>;
  const whileItLasts = async (...given: unknown[]) => {
    try {
      await renewed();
      return await call(...given);
    } catch (error) {
      const isOver = error instanceof ApiProblem && (error.status === 401 || given[0] === renewImpersonation);
      if (isOver || (error instanceof ApiProblem && error.status === 404 && Date.parse(acting.expiresAt) <= Date.now()))
        leave(acting, true);
      throw error;
    }
  };
  const acted = { ...client, call: whileItLasts as unknown as Client['call'] };
  return { ...acted, session: actingSession(acted, client.session, renew) };
}

/** The session as pages see it: of the user, who is not signed in here, and whom nobody can sign out. */
function actingSession(client: Client, session: Session, renew: () => Promise<void>): Session {
  let state: SessionState = { status: 'unknown' };
  const listeners = new Set<() => void>();
  const become = (next: SessionState) => {
    state = next;
    for (const listener of listeners) listener();
    return next;
  };
  return {
    ...session,
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    restore: async () => become({ status: 'signed-in', user: await client.call(getMe) }),
    know: (user) => void become({ status: 'signed-in', user }),
    signOut: async () => {},
    // The next token says what the operator has proven meanwhile.
    refresh: renew,
  };
}
