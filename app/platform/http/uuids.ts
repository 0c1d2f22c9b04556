/** UUIDs in requests. Their digits may come in either case (RFC 9562 section 4); inside the service they are lower case. */
import type { FastifyRequest } from 'fastify';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A hook that rewrites UUIDs in the path in lower case, before any guard looks at them. */
export async function canonicalizeUuids(request: FastifyRequest): Promise<void> {
  const params = request.params as Record<string, unknown>;
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string' && UUID.test(value)) params[name] = value.toLowerCase();
  }
}
