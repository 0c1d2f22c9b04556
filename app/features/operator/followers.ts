/** The parts that other features add to the console: what they find, and what belongs to a person. */
import type { EmailSummary } from '../email/email.ts';
import type { OperatorAccess } from './guard.ts';

/** What an operator looks for. */
export interface Query {
  readonly text: string;
  /** If it is a UUID. */
  readonly id: string | undefined;
  /** If it is an address, as `parseAddress` writes it. */
  readonly address: string | undefined;
}

/** A thing that the console has, or leads to. */
export interface Found {
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly detail: string | null;
  /** The page that shows it: a person or an organization. */
  readonly userId: string | null;
  readonly organizationId: string | null;
}

export interface OperatorFollower {
  /** The things that fit a query, the best first. */
  find(query: Query): Promise<readonly Found[]>;
  /** The things of a person. */
  ofUser(userId: string): Promise<readonly Found[]>;
  /**
   * Finds out how an email is sent once more, with a new link: the data of one that was sent is wiped.
   * @returns what sends it; undefined if its template is of another feature, or if there is nothing to send any more
   */
  resender(email: EmailSummary, access: OperatorAccess): Promise<(() => Promise<void>) | undefined>;
}

/** All followers as one. */
export interface OperatorFollowers extends OperatorFollower {
  add(follower: Partial<OperatorFollower>): void;
}

export function createOperatorFollowers(): OperatorFollowers {
  const all: Partial<OperatorFollower>[] = [];
  const ask = async (one: (follower: Partial<OperatorFollower>) => Promise<readonly Found[]> | undefined) =>
    (await Promise.all(all.map(async (follower) => (await one(follower)) ?? []))).flat();
  return {
    add: (follower) => void all.push(follower),
    find: (query) => ask((follower) => follower.find?.(query)),
    ofUser: (userId) => ask((follower) => follower.ofUser?.(userId)),
    async resender(email, access) {
      for (const follower of all) {
        const send = await follower.resender?.(email, access);
        if (send) return send;
      }
      return undefined;
    },
  };
}
