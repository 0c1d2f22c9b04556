/**
 * What is to happen, and when: renewals, retries, expiries, redeliveries. Entries are data, not closures, so that a
 * world can be written down; `handlers` says what each action does. One entry per key: putting it again moves it.
 * An entry lives on the sandbox's clock, or on a test clock, and is due when that clock reaches it.
 */
export interface Entry {
  key: string;
  /** Unix seconds. */
  at: number;
  /** The test clock's id, or null for the sandbox's own clock. */
  clock: string | null;
  action: string;
  subject: string;
}

export interface Agenda {
  put(entry: Entry): void;
  remove(key: string): void;
  /** The earliest entry of that clock at or before `until`; of equals, the one that was put first. */
  nextDue(clock: string | null, until: number): Entry | undefined;
  dump(): Entry[];
}

/** An agenda that holds what an earlier `dump` held, or nothing. */
export function createAgenda(dumped: Entry[] = []): Agenda {
  const entries = new Map(dumped.map((entry) => [entry.key, entry]));
  return {
    put(entry) {
      entries.delete(entry.key);
      entries.set(entry.key, entry);
    },
    remove(key) {
      entries.delete(key);
    },
    nextDue(clock, until) {
      let earliest: Entry | undefined;
      for (const entry of entries.values()) {
        if (entry.clock === clock && entry.at <= until && (!earliest || entry.at < earliest.at)) earliest = entry;
      }
      return earliest;
    },
    dump: () => [...entries.values()],
  };
}
