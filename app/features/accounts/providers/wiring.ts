/** Builds the parts of signing in with identity providers. */
import type { Sealer } from '../../../platform/security/sealing.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { createIdentities, type Identities, type IdentitiesOptions } from './identities.ts';
import { createPending, type Pending } from './pending.ts';
import { createProviderSignIn, type ProviderSignIn, type ProviderSignInOptions } from './provider-sign-in.ts';
import { createProviders, type Providers } from './providers.ts';
import type { ProviderSettings } from './settings.ts';

export interface ProviderParts {
  readonly providers: Providers;
  readonly signIn: ProviderSignIn;
  readonly identities: Identities;
  readonly pending: Pending;
}

type Made = 'providers' | 'pending' | 'identities' | 'labelOf';
export type ProviderPartsOptions = Omit<ProviderSignInOptions, Made> &
  Omit<IdentitiesOptions, Made> & {
    sealer: Sealer;
    logger: Logger;
    settings: { appEnv: string; apiUrl: string; identityProviders: readonly ProviderSettings[] };
  };

export function createProviderParts(options: ProviderPartsOptions): ProviderParts {
  const { clock, logger, settings } = options;
  const { appEnv, apiUrl, identityProviders } = settings;
  const loopback = ['development', 'test'].includes(appEnv);
  const rules = { ports: [443], loopback };
  // So that the first failure counts as an increase.
  for (const { name } of identityProviders)
    for (const outcome of ['proven', 'answer_invalid', 'misconfigured', 'unavailable'])
      options.metrics.identity_provider_sign_ins_total.inc({ provider: name, outcome }, 0);
  const providers = createProviders({ settings: identityProviders, clock, logger, apiUrl, rules });
  const pending = createPending(options);
  const identities = createIdentities({ ...options, pending, labelOf: providers.labelOf });
  const signIn = createProviderSignIn({ ...options, providers, pending, identities });
  return { providers, signIn, identities, pending };
}
