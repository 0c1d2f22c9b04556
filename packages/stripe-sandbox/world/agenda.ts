/**
 * The agenda: future actions and their times, such as renewals, retries, expiries and redeliveries. Entries are data, not closures, so that a
 * world can be saved; `billing/actions.ts` has the functions. There is one entry per key: putting a key again moves its entry. An entry belongs
 * to the sandbox's clock or to a test clock, and is due when that clock reaches it.
 */
export interface Entry {
  key: string;
  /** The time in Unix seconds. */
  at: number;
  /** The test clock's id, or null for the sandbox's own clock. */
  clock: string | null;
  action: string;
  subject: string;
}

export interface Agenda {
  put(entry: Entry): void;
  remove(key: string): void;
  /** The earliest entry of that clock at or before `until`; among equals, the one that was put first. */
  nextDue(clock: string | null, until: number): Entry | undefined;
  dump(): Entry[];
}

/** Creates an agenda, empty or with the entries of an earlier `dump`. */
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
