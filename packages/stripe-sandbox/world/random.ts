/**
 * Randomness from one seed, so that a run can be repeated with the same ids, troubles and failures. The generator is mulberry32 (T. Ettinger,
 * public domain): small and fast. It is not for secrets.
 */
export interface Random {
  /** A number of at least 0 and less than 1. */
  next(): number;
  /** `length` characters of the alphabet that Stripe's ids use. */
  characters(length: number): string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A generator that starts from `seed` (a 32-bit integer); the same seed gives the same sequence. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    characters(length) {
      let out = '';
      while (out.length < length) out += ALPHABET[Math.floor(next() * ALPHABET.length)];
      return out;
    },
  };
}
