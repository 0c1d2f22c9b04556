/** What a process has read from the database and may answer from memory until it changes. */
import { isDeepStrictEqual } from 'node:util';
import type { ChangeFeed } from './feed.ts';

export interface Memory<Value> {
  /** From memory where it is known; a promise where it has to be read. Undefined if there is none, which is read each time. */
  get(key: string): Value | undefined | Promise<Value | undefined>;
  /** How many values are kept. */
  readonly size: number;
  /** Reads all that is kept again, and compares. @returns the keys whose change nobody announced */
  findStale(): Promise<string[]>;
}

export interface MemoryOptions<Value> {
  feed: ChangeFeed;
  /** Whoever changes a value announces it under this kind, and under the key that it is read by. */
  kind: string;
  /** The kind of what owns values, where keys begin with its key and a space: a change of it forgets all that it owns. */
  ownedBy?: string;
  /** Reads a value from the primary. */
  read(key: string): Promise<Value | undefined>;
  /** The most that is kept; then the oldest make room. */
  max: number;
}

/** A value is read again after so long, in milliseconds, in case somebody changed it by hand. */
const MAX_AGE_MS = 600_000;

interface Kept<Value> {
  readonly value: Value;
  readonly readAtMs: number;
}

const memories = new WeakMap<ChangeFeed, Memory<unknown>[]>();

/** Every memory that follows a feed. */
export const memoriesOf = (feed: ChangeFeed): readonly Memory<unknown>[] => memories.get(feed) ?? [];

export function createMemory<Value>({ feed, kind, ownedBy, read, max }: MemoryOptions<Value>): Memory<Value> {
  const kept = new Map<string, Kept<Value>>();
  /** Reads under way. One that a change has overtaken is not in it any more, and its value is not kept. */
  const reading = new Map<string, Promise<Value | undefined>>();

  function forget(key: string): void {
    kept.delete(key);
    reading.delete(key);
  }

  function reset(): void {
    kept.clear();
    reading.clear();
  }

  feed.follow(kind, { changed: forget, reset });
  if (ownedBy)
    feed.follow(ownedBy, {
      changed(owner) {
        for (const key of [...kept.keys(), ...reading.keys()]) if (key.startsWith(`${owner} `)) forget(key);
      },
      reset,
    });

  function keep(key: string, value: Value, readAtMs: number): void {
    kept.delete(key);
    if (kept.size >= max) kept.delete(kept.keys().next().value!);
    kept.set(key, { value, readAtMs });
  }

  function load(key: string): Promise<Value | undefined> {
    const readAtMs = performance.now();
    const started = read(key)
      .then((value) => {
        if (value !== undefined && reading.get(key) === started) keep(key, value, readAtMs);
        return value;
      })
      .finally(() => {
        if (reading.get(key) === started) reading.delete(key);
      });
    reading.set(key, started);
    return started;
  }

  function lookUp(key: string): Value | Promise<Value | undefined> {
    const found = kept.get(key);
    if (found && performance.now() - found.readAtMs < MAX_AGE_MS) return found.value;
    return reading.get(key) ?? load(key);
  }

  const memory: Memory<Value> = {
    get: (key) => (feed.isFresh() ? lookUp(key) : feed.refresh().then((fresh) => (fresh ? lookUp(key) : read(key)))),
    get size() {
      return kept.size;
    },
    async findStale() {
      const entries = [...kept];
      const stored = await Promise.all(entries.map(([key]) => read(key)));
      return entries.flatMap(([key, entry], nth) => {
        const isKept = kept.get(key) === entry;
        return isKept && !isDeepStrictEqual(entry.value, stored[nth]) ? [`${kind} ${key}`] : [];
      });
    },
  };
  memories.set(feed, [...memoriesOf(feed), memory]);
  return memory;
}
