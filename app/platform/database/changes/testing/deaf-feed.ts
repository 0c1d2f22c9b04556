import type { ChangeFeed } from '../feed.ts';

/** Hears nothing, so that everything is read from the database. */
export const deafFeed: ChangeFeed = {
  follow() {},
  isFresh: () => false,
  refresh: async () => false,
  committed: async () => {},
  connected: false,
  readAtMs: Number.NEGATIVE_INFINITY,
  close: async () => {},
};
