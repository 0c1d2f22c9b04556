/** Where the tabs of one browser share what they know of the session. */

export interface ClientStorage {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

/** Lost at the end of the program: for Node.js, and where a browser stores nothing. */
export function memoryStorage(): ClientStorage {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}

/** `localStorage`. If it is blocked or full, this tab keeps the values for itself. */
export function browserStorage(): ClientStorage {
  const own = memoryStorage();
  const local = () => (globalThis as { localStorage?: Storage }).localStorage;
  return {
    get(key) {
      const kept = own.get(key);
      if (kept !== null) return kept;
      try {
        return local()?.getItem(key) ?? null;
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        const storage = local();
        if (!storage) throw new Error('no storage');
        storage.setItem(key, value);
        own.remove(key);
      } catch {
        own.set(key, value);
      }
    },
    remove(key) {
      own.remove(key);
      try {
        local()?.removeItem(key);
      } catch {
        // What cannot be written has not been.
      }
    },
  };
}

interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}
