/** Other services of the product, which authenticate with an id and a secret (RFC 6749 section 2.3.1). They are no API keys: they belong to no organization. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../platform/http/caller.ts';
import type { CallerGuard, SecurityScheme } from '../../platform/http/operations/operations.ts';
import { equalSecrets, randomSecret, sha256 } from '../../platform/security/random.ts';
import { serviceTokenErrors } from './errors.ts';
import { formatServiceClient, type ServiceClient } from './settings.ts';

export interface ServiceCaller extends Caller {
  readonly kind: 'service';
  readonly clientId: string;
  /** The audiences whose tokens it may ask about. */
  readonly audiences: readonly string[];
}

export const serviceClientScheme: SecurityScheme = {
  name: 'serviceClient',
  definition: { type: 'http', scheme: 'basic', description: 'The id and secret of an entry of `SERVICE_CLIENTS`.' },
};

/** A new client. @returns its secret, which is stored nowhere, and its entry in the setting */
export function makeServiceClient(id: string, audiences: readonly string[]): { secret: string; entry: string } {
  const secret = `pls_${randomSecret().toString('base64url')}`;
  return { secret, entry: formatServiceClient({ id, secretHash: sha256(secret), audiences }) };
}

/** The guard of operations for service clients. @param clients several may have one id while a secret is replaced */
export function serviceClientsOnly(clients: readonly ServiceClient[]): CallerGuard<ServiceCaller> {
  return {
    errors: [serviceTokenErrors.invalid_client],
    security: [serviceClientScheme],
    callerId: ({ clientId }) => clientId,
    ownerId: ({ clientId }) => clientId,
    async enter(request) {
      const [id, secret] = credentialsOf(request);
      const hash = sha256(secret);
      const found = clients.find((client) => client.id === id && equalSecrets(client.secretHash, hash));
      if (!found) throw unknownClient();
      return { kind: 'service', clientId: found.id, audiences: found.audiences };
    },
  };
}

const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2})$/i;

/** The id and the secret of an `Authorization: Basic` header (RFC 7617), each encoded as in a form. @throws `invalid_client` */
function credentialsOf({ headers }: FastifyRequest): [string, string] {
  const text = Buffer.from(BASIC.exec(headers.authorization ?? '')?.[1] ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  try {
    return [decodeURIComponent(text.slice(0, Math.max(0, colon))), decodeURIComponent(text.slice(colon + 1))];
  } catch {
    throw unknownClient();
  }
}

const unknownClient = () =>
  serviceTokenErrors.invalid_client({
    detail: 'Send the id and the secret of a service client: Authorization: Basic <base64 of id:secret>.',
    headers: { 'www-authenticate': 'Basic realm="service clients", charset="UTF-8"' },
    extensions: { error: 'invalid_client' },
  });
