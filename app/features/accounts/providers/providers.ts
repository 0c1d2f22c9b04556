/** The identity providers of the settings. */
import type { Clock } from '../../../platform/clock.ts';
import type { Problem } from '../../../platform/errors.ts';
import type { DestinationRules } from '../../../platform/http/outgoing/destinations.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { createProtocol, type ProviderProtocol } from './protocol.ts';
import type { ProviderSettings } from './settings.ts';

export interface Providers {
  readonly all: readonly Pick<ProviderSettings, 'name' | 'label' | 'issuer'>[];
  find(name: string): ProviderProtocol | undefined;
  labelOf(name: string): string;
  /** Logs why a sign-in failed, if a provider or the settings are at fault. */
  report(name: string, problem: Problem): void;
  close(): Promise<void>;
}

export interface ProvidersOptions {
  settings: readonly ProviderSettings[];
  clock: Clock;
  logger: Pick<Logger, 'warn'>;
  apiUrl: string;
  rules: DestinationRules;
}

/** The path that a provider sends the browser back to. */
export const callbackPath = (name: string) => `/v1/sessions/provider/${name}/callback`;

export function createProviders({ settings, clock, logger, apiUrl, rules }: ProvidersOptions): Providers {
  const protocols = new Map(
    settings.map((provider) => {
      const redirectUri = `${apiUrl}${callbackPath(provider.name)}`;
      return [provider.name, createProtocol({ provider, clock, redirectUri, rules })];
    }),
  );
  return {
    all: settings.map(({ name, label, issuer }) => ({ name, label, issuer })),
    find: (name) => protocols.get(name),
    labelOf: (name) => settings.find((provider) => provider.name === name)?.label ?? name,
    report(name, problem) {
      if (problem.code === 'provider_access_denied') return;
      logger.warn({ provider: name, code: problem.code, err: problem.cause }, 'a sign-in with a provider failed');
    },
    async close() {
      for (const protocol of protocols.values()) await protocol.close();
    },
  };
}
