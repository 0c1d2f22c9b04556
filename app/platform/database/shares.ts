/**
 * Shares a pool of connections among owners. An owner gets another connection while it has fewer than half as many as are free: alone it
 * gets four of ten, and each further one finds some left. Without this, an owner whose statements wait for a lock would take all
 * connections, and nobody could sign in. (The rule is that of dynamic thresholds in switches with shared memory: Choudhury and Hahne, 1998.)
 */

export interface Shares {
  /**
   * Waits for the owner's turn. Work without an owner is counted, and never waits.
   * @returns a function that ends the use
   * @throws TurnError if the turn does not come in time, or too much waits
   */
  enter(owner: string | undefined): Promise<() => void>;
}

/** An owner asks for more than its share. It may try again later. */
export class TurnError extends Error {
  override readonly name = 'TurnError';
}

export interface SharesOptions {
  /** Connections in all. */
  size: number;
  /** The longest wait, in milliseconds. */
  waitMs: number;
  /** How much work of one owner may wait. */
  queueLimit: number;
  /** Called when work of an owner begins to wait, and none waited. */
  onWait?: (owner: string) => void;
}

export function createShares({ size, waitMs, queueLimit, onWait }: SharesOptions): Shares {
  let used = 0;
  const running = new Map<string, number>();
  /** The owners whose turn is next come first. */
  const waiting = new Map<string, (() => void)[]>();

  const runs = (owner: string) => running.get(owner) ?? 0;
  const mayStart = (owner: string) => runs(owner) === 0 || runs(owner) < (size - used) / 2;

  function start(owner: string | undefined): () => void {
    used += 1;
    if (owner !== undefined) running.set(owner, runs(owner) + 1);
    return () => {
      used -= 1;
      if (owner !== undefined) {
        if (runs(owner) === 1) running.delete(owner);
        else running.set(owner, runs(owner) - 1);
      }
      wake();
    };
  }

  function wake(): void {
    for (const [owner, queue] of [...waiting]) {
      if (!mayStart(owner)) continue;
      waiting.delete(owner);
      const next = queue.shift()!;
      // Others come first the next time.
      if (queue.length > 0) waiting.set(owner, queue);
      next();
    }
  }

  function turnOf(owner: string): Promise<() => void> {
    const queue = waiting.get(owner) ?? [];
    if (queue.length >= queueLimit)
      return Promise.reject(new TurnError('too much of one owner waits for the database'));
    if (queue.length === 0) onWait?.(owner);
    waiting.set(owner, queue);
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        queue.splice(queue.indexOf(go), 1);
        if (queue.length === 0) waiting.delete(owner);
        reject(new TurnError('the work of one owner waited too long for the database'));
      }, waitMs);
      const go = () => {
        clearTimeout(limit);
        resolve(start(owner));
      };
      queue.push(go);
    });
  }

  return {
    async enter(owner) {
      if (owner === undefined || (mayStart(owner) && !waiting.has(owner))) return start(owner);
      return turnOf(owner);
    },
  };
}
