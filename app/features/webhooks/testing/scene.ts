/** The scene of webhooks' tests: an organization with an endpoint, made over HTTP. */
import assert from 'node:assert/strict';
import { eventually } from '../../../../test/conditions.ts';
import type { Answer, Call, TestService } from '../../../../test/service.ts';
import { permissions } from '../../organizations/roles.ts';
import { createScene, PATCH, type Scene } from '../../organizations/testing/scene.ts';
import type { Receiver } from './receiver.ts';

export interface WebhookScene extends Scene {
  readonly endpointId: string;
  readonly secret: string;
  /** A call below the organization by a key that may do everything. It does not expire while a test moves the clock. */
  ask(path: string, call?: Call): Promise<Answer>;
  /** Below the organization. */
  readonly endpointPath: string;
  /** Causes `organization.updated`, as many times. */
  happen(times?: number): Promise<void>;
  /** Deliveries of the endpoint, newest first. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers as callers do
  deliveries(query?: string): Promise<any[]>;
  /** The endpoint as the API shows it. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  endpoint(): Promise<any>;
  /** Resolves when no delivery is due. */
  settled(): Promise<void>;
}

let names = 0;

/** @param fields of the endpoint beside its URL */
export async function createWebhookScene(
  test: TestService,
  receiver: Pick<Receiver, 'url'>,
  fields: object = {},
): Promise<WebhookScene> {
  const scene = await createScene(test);
  const key = await scene.key(permissions);
  const ask = (path: string, call?: Call) => scene.as(key, path, call);
  const created = await ask('/webhook-endpoints', { body: { url: receiver.url, ...fields } });
  assert.equal(created.status, 201, JSON.stringify(created.body));
  const { id: endpointId, secret } = created.body;
  const endpointPath = `/webhook-endpoints/${endpointId}`;
  const deliveries = async (query = '') => {
    const { status, body } = await ask(`${endpointPath}/deliveries?limit=100&${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body.data;
  };
  return {
    ...scene,
    ...{ endpointId, secret, endpointPath, deliveries, ask },
    async happen(times = 1) {
      for (let time = 0; time < times; time++) {
        const answer = await ask('', PATCH({ name: `Engines ${++names}` }));
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
      }
    },
    endpoint: async () => (await ask(endpointPath)).body,
    async settled() {
      const { db } = test.service;
      await eventually('nothing is due', async () => {
        const { rows } = await db.$client.query(
          `select 1 from webhook_deliveries delivery join webhook_endpoints endpoint on endpoint.id = delivery.endpoint_id
           where endpoint_id = $1 and (status = 'pending' and next_attempt_at <= $2 and enabled
             and (paused_until is null or paused_until <= $2) or lease_id is not null)`,
          [endpointId, test.clock.now()],
        );
        return rows.length === 0;
      });
    },
  };
}
