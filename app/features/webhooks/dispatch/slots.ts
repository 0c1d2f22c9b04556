/**
 * How many endpoints a worker sends to at a time. One that answers soon needs a slot for moments. One that has not answered for a while
 * gives its slot to another endpoint and counts among the slow ones, so that those that hang delay only themselves.
 */
export interface Slots {
  /** How many endpoints may be taken now. */
  free(): number;
  /** True if endpoints that failed before may be among them. */
  suspects(): boolean;
  enter(): Slot;
}

export interface Slot {
  /** Call before and after each attempt. */
  begin(): () => void;
  leave(): void;
}

/** An attempt that takes longer is slow. */
const SLOW_MS = 250;
/** Slow endpoints per slot. */
const SLOW_FACTOR = 4;

/**
 * @param size the number of slots
 * @param freed called when a slot becomes free
 */
export function createSlots(size: number, freed: () => void): Slots {
  let brisk = 0;
  let slow = 0;

  return {
    free: () => Math.max(0, size - brisk),
    suspects: () => slow < size * SLOW_FACTOR,
    enter() {
      let isSlow = false;
      brisk++;
      const slowDown = () => {
        if (isSlow || slow >= size * SLOW_FACTOR) return;
        isSlow = true;
        brisk--;
        slow++;
        freed();
      };
      return {
        begin() {
          const timer = setTimeout(slowDown, SLOW_MS);
          return () => clearTimeout(timer);
        },
        leave() {
          if (isSlow) slow--;
          else brisk--;
          freed();
        },
      };
    },
  };
}
