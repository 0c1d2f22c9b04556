/** Tells of a fault that repeats once in a while, with how often it came meanwhile, instead of hiding all other lines of the log. */

const PAUSE_MS = 60_000;

/**
 * @param tell writes the line; `times` is how often the fault has come since the line before, itself included
 * @param now milliseconds of a clock that never goes back
 * @returns a function to call at each fault, with what tells the kind of fault apart
 */
export function createRepeated(now: () => number = () => performance.now()) {
  const kinds = new Map<string, { toldAt: number; times: number }>();
  return (kind: string, tell: (times: number) => void): void => {
    const known = kinds.get(kind) ?? { toldAt: Number.NEGATIVE_INFINITY, times: 0 };
    known.times++;
    kinds.set(kind, known);
    if (now() - known.toldAt < PAUSE_MS) return;
    tell(known.times);
    // A kind that has been silent is forgotten with the next one.
    for (const [other, { toldAt }] of kinds) if (now() - toldAt > 10 * PAUSE_MS) kinds.delete(other);
    kinds.set(kind, { toldAt: now(), times: 0 });
  };
}
