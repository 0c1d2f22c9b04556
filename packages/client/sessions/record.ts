/** What the tabs of a browser share about the session: in storage, and by messages. */
import type { User } from '../generated/types.ts';
import type { ClientStorage } from './storage.ts';

export interface SignedInRecord {
  readonly status: 'signed-in';
  /** Made here at each sign-in, so that an answer for one session is never taken for another. */
  readonly id: string;
  readonly user: User;
  /** In bearer mode alone; in cookie mode no script can read it. */
  readonly refreshToken?: string;
}

export interface SignedOutRecord {
  readonly status: 'signed-out';
  /** Of the session that is over. */
  readonly id: string;
  readonly reason: SignedOutReason;
  /** The service has not been told yet. */
  readonly untold?: { readonly refreshToken?: string };
}

/** `none`: nobody was signed in here. `asked`: somebody signed out here. `ended`: the service says that the session is over. */
export type SignedOutReason = 'none' | 'asked' | 'ended';
export type SessionRecord = SignedInRecord | SignedOutRecord;

export interface Access {
  /** Of the session that it belongs to. */
  readonly id: string;
  readonly token: string;
  /** In milliseconds since 1970, by this device's clock. */
  readonly expiresAt: number;
}

export interface Shared {
  read(): SessionRecord | undefined;
  /** Stores it, and tells the other tabs. */
  write(record: SessionRecord, access?: Access): void;
  /** Calls `listener` for what other tabs write. @returns how to stop */
  listen(listener: (record: SessionRecord, access?: Access) => void): () => void;
}

interface Channel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  close(): void;
  unref?(): void;
}

/** `BroadcastChannel`, or one with its shape. */
export type ChannelClass = new (name: string) => Channel;

/** @param key of the storage, and name of the channel */
export function createShared(key: string, storage: ClientStorage, channelClass: ChannelClass | undefined): Shared {
  const listeners = new Set<(record: SessionRecord, access?: Access) => void>();
  const channel = channelClass && new channelClass(key);
  channel?.unref?.();
  const hear = (record: SessionRecord | undefined, access?: Access) => {
    if (record) for (const listener of listeners) listener(record, access);
  };
  const read = () => parse(storage.get(key));
  channel?.addEventListener('message', ({ data }) => {
    const { record, access } = data as { record: SessionRecord; access?: Access };
    hear(record, access);
  });
  // Storage tells other tabs too, also where there is no channel.
  const onStorage = (event: Event) => {
    if ((event as Event & { key?: string }).key === key) hear(read());
  };
  const page = globalThis as {
    addEventListener?: typeof addEventListener;
    removeEventListener?: typeof removeEventListener;
  };
  // A page that the browser had put aside has heard nothing meanwhile.
  const onReturn = () => hear(read());
  page.addEventListener?.('storage', onStorage);
  page.addEventListener?.('pageshow', onReturn);
  return {
    read,
    write(record, access) {
      storage.set(key, JSON.stringify(record));
      channel?.postMessage({ record, access });
    },
    listen(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        page.removeEventListener?.('storage', onStorage);
        page.removeEventListener?.('pageshow', onReturn);
        channel?.close();
      };
    },
  };
}

function parse(text: string | null): SessionRecord | undefined {
  try {
    const record = JSON.parse(text ?? 'null') as SessionRecord | null;
    return record?.status === 'signed-in' || record?.status === 'signed-out' ? record : undefined;
  } catch {
    return undefined;
  }
}

declare const addEventListener: (type: string, listener: (event: Event) => void) => void;
declare const removeEventListener: (type: string, listener: (event: Event) => void) => void;
