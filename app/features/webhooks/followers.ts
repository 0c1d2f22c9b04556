import type { ProblemFactory } from '../../platform/errors.ts';

/** The decisions of later features about webhooks. */
export interface WebhookFollower {
  /**
   * Asked before an endpoint is created.
   * @param endpoints how many there would be
   * @throws one of `errors`
   */
  requireEndpoints(organizationId: string, endpoints: number): Promise<void>;
  readonly errors: readonly ProblemFactory[];
}

/** All followers as one. */
export interface WebhookFollowers extends WebhookFollower {
  add(follower: WebhookFollower): void;
}

export function createWebhookFollowers(): WebhookFollowers {
  const all: WebhookFollower[] = [];
  return {
    add: (follower) => void all.push(follower),
    async requireEndpoints(organizationId, endpoints) {
      for (const follower of all) await follower.requireEndpoints(organizationId, endpoints);
    },
    get errors() {
      return all.flatMap(({ errors }) => errors);
    },
  };
}
