/** The receiver of alerts: an HTTP server that Alertmanager posts to (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { AlertmanagerConfig } from '../../scripts/monitoring/files.ts';
import { eventually } from '../conditions.ts';

export interface Notification {
  /** The name of the Alertmanager receiver: page or ticket. */
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Receiver {
  readonly notifications: Notification[];
  /** Makes Alertmanager post to this server instead of sending emails. */
  tell(config: AlertmanagerConfig): void;
  /** Waits for an alert with that status. */
  told(alertname: string, status: Notification['status'], timeoutMs: number): Promise<Notification>;
}

export async function startReceiver(t: TestContext): Promise<Receiver> {
  const notifications: Notification[] = [];
  const server = createServer(async (request, response) => {
    const { alerts, receiver } = (await json(request)) as {
      receiver: string;
      alerts: Omit<Notification, 'receiver'>[];
    };
    notifications.push(...alerts.map((alert) => ({ ...alert, receiver })));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  return {
    notifications,
    tell(config) {
      config.receivers = config.receivers.map(({ name }) => ({
        name,
        webhook_configs: [{ url, send_resolved: true }],
      }));
    },
    told(alertname, status, timeoutMs) {
      const fits = (one: Notification) => one.labels.alertname === alertname && one.status === status;
      const seen = () => notifications.map((one) => `${one.labels.alertname} ${one.status}`).join(', ') || 'nothing';
      return eventually(`${alertname} ${status}`, () => notifications.find(fits), timeoutMs).catch((error) => {
        throw new Error(`${error.message}; told of: ${seen()}`);
      });
    },
  };
}
