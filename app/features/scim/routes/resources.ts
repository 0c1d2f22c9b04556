/** Users and groups over SCIM. */
import { scimErrors } from '../errors.ts';
import type { FoundGroup, ScimGroups } from '../groups.ts';
import { storedGroups } from '../groups.ts';
import type { ResourceType } from '../protocol/attributes.ts';
import { listOf } from '../protocol/discovery.ts';
import { readPatch } from '../protocol/patch.ts';
import { projectionOf, shows } from '../protocol/projection.ts';
import { readListQuery, textsOf } from '../protocol/queries.ts';
import { ENTERPRISE_USER, groupType, userType } from '../protocol/schemas.ts';
import { isObject, readResource, type Values } from '../protocol/values.ts';
import { type FoundUser, patching, type ScimUsers, storedUsers } from '../users.ts';
import { etagOf } from '../versions.ts';
import type { ScimAnswer, ScimCall, ScimRoutes } from './protocol.ts';

interface Versioned {
  readonly id: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** @param base `https://api.example.com/scim/v2` */
export function userRoutes(base: string, users: ScimUsers): ScimRoutes {
  const present = (user: FoundUser): Values => ({
    schemas: [userType.schema.id, ...(user.attributes[ENTERPRISE_USER] ? [ENTERPRISE_USER] : [])],
    id: user.id,
    ...(user.externalId !== null && { externalId: user.externalId }),
    userName: user.userName,
    ...user.attributes,
    active: user.active,
    ...(user.groups.length > 0 && {
      groups: user.groups.map(({ value, display }) => ({ value, $ref: `${base}/Groups/${value}`, display })),
    }),
    meta: metaOf(base, userType, user),
  });
  const shown = ({ query }: ScimCall) => {
    const { attributes, excludedattributes } = textsOf(query);
    return projectionOf(userType, attributes, excludedattributes);
  };
  const answer = (call: ScimCall, user: FoundUser): ScimAnswer => ({
    body: shown(call)(present(user)),
    version: user.version,
  });

  return {
    '/Users': {
      async GET({ access, query }) {
        const list = readListQuery(userType, query, storedUsers);
        const { found, total } = await users.list(access.organizationId, list);
        return {
          body: listOf(
            found.map((user) => list.project(present(user))),
            list.startIndex,
            total,
          ),
        };
      },
      async POST(call) {
        const user = await users.create(call.access, readResource(userType, bodyOf(call)));
        return { ...answer(call, user), status: 201, location: locationOf(base, userType, user) };
      },
    },
    '/Users/:id': {
      GET: async (call) => answer(call, await users.get(call.access.organizationId, call.id)),
      async PUT(call) {
        const values = readResource(userType, bodyOf(call));
        return answer(call, await users.change(call.access, call.id, () => values, call.ifMatch));
      },
      async PATCH(call) {
        const steps = readPatch(userType, call.body);
        return answer(call, await users.change(call.access, call.id, patching(steps), call.ifMatch));
      },
      async DELETE({ access, id, ifMatch }) {
        await users.remove(access, id, ifMatch);
        return { status: 204 };
      },
    },
  };
}

export function groupRoutes(base: string, groups: ScimGroups): ScimRoutes {
  const present = (group: FoundGroup): Values => ({
    schemas: [groupType.schema.id],
    id: group.id,
    ...(group.externalId !== null && { externalId: group.externalId }),
    displayName: group.displayName,
    ...(group.members.length > 0 && {
      members: group.members.map(({ value }) => ({ value, $ref: `${base}/Users/${value}`, type: 'User' })),
    }),
    meta: metaOf(base, groupType, group),
  });
  const wanted = ({ query }: Pick<ScimCall, 'query'>) => {
    const { attributes, excludedattributes } = textsOf(query);
    return {
      withMembers: shows(groupType, 'members', attributes, excludedattributes),
      project: projectionOf(groupType, attributes, excludedattributes),
    };
  };
  const answer = (call: ScimCall, group: FoundGroup): ScimAnswer => ({
    body: wanted(call).project(present(group)),
    version: group.version,
  });

  return {
    '/Groups': {
      async GET(call) {
        const list = readListQuery(groupType, call.query, storedGroups);
        const { found, total } = await groups.list(call.access.organizationId, list, wanted(call).withMembers);
        return {
          body: listOf(
            found.map((group) => list.project(present(group))),
            list.startIndex,
            total,
          ),
        };
      },
      async POST(call) {
        const group = await groups.create(call.access, readResource(groupType, bodyOf(call)));
        return { ...answer(call, group), status: 201, location: locationOf(base, groupType, group) };
      },
    },
    '/Groups/:id': {
      GET: async (call) =>
        answer(call, await groups.get(call.access.organizationId, call.id, wanted(call).withMembers)),
      async PUT(call) {
        const values = readResource(groupType, bodyOf(call));
        return answer(call, await groups.change(call.access, call.id, () => values, call.ifMatch));
      },
      async PATCH(call) {
        const steps = readPatch(groupType, call.body);
        return answer(call, await groups.change(call.access, call.id, patching(steps), call.ifMatch));
      },
      async DELETE({ access, id, ifMatch }) {
        await groups.remove(access, id, ifMatch);
        return { status: 204 };
      },
    },
  };
}

/** @throws `scim_invalid_syntax` */
function bodyOf({ body }: ScimCall): Values {
  if (isObject(body)) return body;
  throw scimErrors.scim_invalid_syntax({
    detail: 'The body is a resource.',
    extensions: { scimType: 'invalidSyntax' },
  });
}

const locationOf = (base: string, { endpoint }: ResourceType, { id }: Versioned) => `${base}${endpoint}/${id}`;

function metaOf(base: string, type: ResourceType, resource: Versioned) {
  return {
    resourceType: type.name,
    created: resource.createdAt.toISOString(),
    lastModified: resource.updatedAt.toISOString(),
    location: locationOf(base, type, resource),
    version: etagOf(resource.version),
  };
}
