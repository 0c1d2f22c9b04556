/** What the supervisor and its processes say to each other. */
import type { MetricObjectWithValues, MetricValue } from '@prometheus-io/client';

/** The values of every metric of a process. */
export type MetricValues = MetricObjectWithValues<MetricValue<string>>[];

export type ToProcess =
  /** Stop, as by SIGTERM. */
  | { readonly say: 'stop' }
  /** Another process has taken this one's place: end what runs, and answer well meanwhile. */
  | { readonly say: 'replaced' }
  | { readonly say: 'measure'; readonly request: number };

/** What the supervisor has to know of the settings, which the processes read and check. */
export interface MemberSettings {
  readonly host: string;
  readonly metricsPort: number;
  /** True if metrics answer callers of this machine only. */
  readonly local: boolean;
  readonly logLevel: string;
  readonly release: string;
  /** For how long a process may take to end after it was told to, in milliseconds. */
  readonly stopLimitMs: number;
}

export type ToSupervisor =
  /** It takes requests. */
  | { readonly say: 'ready'; readonly settings: MemberSettings }
  /** The answer to `measure`; without a request, the last values of a process that ends. */
  | { readonly say: 'measured'; readonly request?: number; readonly values: MetricValues };
