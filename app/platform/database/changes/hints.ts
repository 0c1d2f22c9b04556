/**
 * Tells listeners that there is something to look for, after the commit and outside of its transaction: PostgreSQL lets one transaction at a time
 * commit with a notification in it, flush included. A hint may get lost with its process, so listeners look by themselves now and then, too.
 */
export interface Hint {
  readonly channel: string;
  readonly payload: string;
}

export interface Hints {
  /** Sends it soon, once however often it is given meanwhile. */
  send(hint: Hint): void;
  /** Sends what waits. */
  flush(): Promise<void>;
}

/** Hints within so many milliseconds are sent by one statement. */
const DELAY_MS = 5;

/** @param notify sends notifications: the channel and the payload of each */
export function createHints(notify: (channels: string[], payloads: string[]) => Promise<unknown>): Hints {
  const waiting = new Map<string, Hint>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const hints = [...waiting.values()];
    waiting.clear();
    if (hints.length === 0) return;
    // A hint that cannot be sent is lost like one of a process that dies: those who listen look by themselves.
    await notify(
      hints.map(({ channel }) => channel),
      hints.map(({ payload }) => payload),
    ).catch(() => {});
  }

  return {
    send(hint) {
      waiting.set(`${hint.channel} ${hint.payload}`, hint);
      timer ??= setTimeout(() => void flush(), DELAY_MS);
    },
    flush,
  };
}

/** A connection, or the pool -> where to put the hints of its statements. */
const outlets = new WeakMap<object, (hint: Hint) => void>();

/** What runs on `client` hints through `outlet`. @returns a function that ends this */
export function hintThrough(client: object, outlet: (hint: Hint) => void): () => void {
  outlets.set(client, outlet);
  return () => void outlets.delete(client);
}

/** Where the hints of statements on `client` go; undefined if it is neither the pool nor runs a transaction. */
export const outletOf = (client: object) => outlets.get(client);
