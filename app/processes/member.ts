/** The side of a process that a supervisor started (`supervisor.ts`): it shares its port with others, and has no metrics port. */
import cluster from 'node:cluster';
import { type Server, Server as TcpServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import type { MemberSettings, ToProcess, ToSupervisor } from './protocol.ts';

export interface Member {
  /** True once another process has taken the place of this one. */
  readonly replaced: boolean;
  /** From now on the supervisor is obeyed, and given the values of the metrics. @param stop ends this process */
  follow(metrics: Metrics, stop: (reason: string) => void): void;
  /** Says that this process takes requests. */
  ready(settings: MemberSettings): void;
  /** Gives the last values of the metrics: counters must not fall when a process ends. */
  leave(metrics: Metrics): Promise<void>;
}

/** @returns undefined for a process that nobody supervises */
export function joinSupervisor(): Member | undefined {
  if (!cluster.isWorker) return undefined;
  // They are for the supervisor, and would end this process.
  for (const signal of ['SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {});
  let replaced = false;
  const send = (message: ToSupervisor) =>
    new Promise<void>((resolve) => {
      if (process.connected) process.send!(message, undefined, {}, () => resolve());
      else resolve();
    });
  const measured = async (metrics: Metrics, request?: number) => {
    const values = await metrics.registry.getMetricsAsJSON();
    await send({ say: 'measured', values, ...(request !== undefined && { request }) });
  };

  return {
    get replaced() {
      return replaced;
    },

    follow(metrics, stop) {
      process.on('message', (message: ToProcess) => {
        if (message.say === 'measure') void measured(metrics, message.request);
        if (message.say === 'stop') stop('SIGTERM');
        if (message.say === 'replaced' && !replaced) {
          replaced = true;
          stop('replaced');
        }
      });
    },

    ready: (settings) => void send({ say: 'ready', settings }),
    leave: (metrics) => measured(metrics),
  };
}

/**
 * Takes no more connections, and leaves those that are open alone; `close` of an HTTP server would end the idle ones, on which a request may be under way.
 * Resolves once none is open, or after `limitMs`.
 */
export async function refuseConnections(server: Server, limitMs: number): Promise<void> {
  const over = new AbortController();
  const closed = new Promise<void>((resolve) => TcpServer.prototype.close.call(server, () => resolve()));
  await Promise.race([closed, delay(limitMs, undefined, { signal: over.signal })]);
  over.abort();
}
