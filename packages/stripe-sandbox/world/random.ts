/**
 * Randomness from one seed, so that a run with its ids, its troubles and its failures can be had again.
 * The generator is mulberry32 (T. Ettinger, public domain): small, fast, and nobody's secret depends on it.
 */
export interface Random {
  /** A number from 0 up to, and without, 1. */
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
