/**
 * Tokens for other services of the product: the public surface. They are found by the metadata of the issuer, exchanged for an access token,
 * introspected, and told of ended sessions.
 * Not here: the keys and the form of tokens (accounts), and who may do what (organizations).
 */
import './settings.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { defineFeature } from '../../platform/feature.ts';
import type { Operations } from '../../platform/http/operations/operations.ts';
import type { Cursors } from '../../platform/http/pagination.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { serviceClientsOnly } from './clients.ts';
import { createRevocationFeed } from './revocations.ts';
import { serviceTokenRoutes } from './routes.ts';
import type { ServiceClient } from './settings.ts';
import { createServiceTokens } from './tokens.ts';

export interface ServicesOptions {
  db: Database;
  clock: Clock;
  cursors: Cursors;
  accounts: Pick<Accounts, 'authentication' | 'tokensFor'>;
  organizations: Pick<Organizations, 'authorization'>;
  config: { apiUrl: string; serviceClients: readonly ServiceClient[] };
}

/** @throws Error if a service client names our own audience: its tokens would be good here, for five minutes more than their session */
export function createServices(options: ServicesOptions) {
  const { db, clock, cursors, accounts, organizations, config } = options;
  const audiences = [...new Set(config.serviceClients.flatMap((client) => client.audiences))];
  const own = audiences.find((audience) => audience.replace(/\/+$/, '') === config.apiUrl);
  if (own) throw new Error(`SERVICE_CLIENTS names ${own}, the audience of this service itself; choose another one`);
  const tokens = createServiceTokens({ db, accounts, authorization: organizations.authorization, audiences });

  return {
    routes(operations: Operations) {
      serviceTokenRoutes(operations, {
        issuer: config.apiUrl,
        authentication: accounts.authentication,
        serviceClients: serviceClientsOnly(config.serviceClients),
        tokens,
        admissionErrors: organizations.authorization.admissionErrors,
        readRevocations: createRevocationFeed({ db, clock, cursors }),
      });
    },
  };
}

export const services = defineFeature({
  needs: ['accounts', 'organizations'],
  create: createServices,
  commands: () => import('./commands.ts'),
});
