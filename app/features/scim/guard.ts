import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database } from '../../platform/database/database.ts';
import { originOf, type RequestOrigin } from '../../platform/http/caller.ts';
import { equalSecrets } from '../../platform/security/random.ts';
import { bearerToken, invalidToken } from '../accounts/accounts.ts';
import {
  createLastUses,
  hashOfKey,
  type OrganizationAccess,
  type Organizations,
  parseKey,
  permissionsOf,
} from '../organizations/organizations.ts';
import { createKnownTokens, type JudgedToken, tokenIn } from './known.ts';
import { scimTokens } from './schema.ts';
import { TOKEN_PREFIX } from './tokens.ts';

/** @returns what the directory may do @throws `unauthenticated` */
export type ScimGuard = (request: FastifyRequest) => Promise<OrganizationAccess>;

export interface ScimGuardOptions {
  db: Database;
  feed: ChangeFeed;
  clock: Clock;
  provisioning: Organizations['provisioning'];
}

const MAX_READ = 1_000;

interface ReadToken {
  /** Of the memory. */
  readonly key: string;
  readonly hash: Buffer;
}

export function createScimGuard({ db, feed, clock, provisioning }: ScimGuardOptions): ScimGuard {
  const known = createKnownTokens(db, feed);
  const recordUse = createLastUses({ db, clock }, scimTokens);
  /** Tokens as text, read before: directories send the same one with each request. */
  const read = new Map<string, ReadToken>();

  function readToken(text: string): ReadToken {
    const before = read.get(text);
    if (before) return before;
    const parsed = parseKey(text, TOKEN_PREFIX);
    if (!parsed) throw invalidToken('Send a SCIM token of the organization: Authorization: Bearer <token>.');
    const token = { key: `${parsed.organizationId} ${parsed.keyId}`, hash: hashOfKey(text) };
    if (read.size >= MAX_READ) read.clear();
    read.set(text, token);
    return token;
  }

  function accessOf(token: JudgedToken, hash: Buffer, origin: RequestOrigin): OrganizationAccess {
    const { organizationId, id, createdBy } = token;
    const access: OrganizationAccess = {
      ...{ organizationId, userId: createdBy, origin, expiresAt: null, actor: { type: 'scim_token', id } },
      // Only owners make a token, and it may do what they may. Which roles a directory gives is decided where it does.
      permissions: permissionsOf('owner'),
      mayGrant: () => true,
      async again(tx) {
        requireGood(await tokenIn(tx)(organizationId, id), hash);
        // Whatever a person must stand behind, such as an invitation, an owner does: who made the token, or another one.
        const isOwner = (await provisioning.roleOf(tx, organizationId, createdBy)) === 'owner';
        const owner = isOwner ? createdBy : await provisioning.ownerOf(tx, organizationId);
        const decided: OrganizationAccess = { ...access, userId: owner ?? createdBy, again: async () => decided };
        return decided;
      },
      async recent() {},
      async stepUp() {},
      async confirm() {},
    };
    return access;
  }

  return async (request) => {
    const text = bearerToken(request) ?? '';
    const { key, hash } = readToken(text);
    const found = known.get(key);
    const token = requireGood(found instanceof Promise ? await found : found, hash);
    const origin = originOf(request);
    await recordUse(token, origin);
    request.caller = { organizationId: token.organizationId };
    return accessOf(token, hash, origin);
  };
}

function requireGood(token: JudgedToken | undefined, hash: Buffer): JudgedToken {
  if (token && equalSecrets(token.hash, hash)) return token;
  throw invalidToken('The SCIM token is not valid, or not any more.');
}
