/** Groups of directories, with their members and the roles that owners gave them. */
import { and, asc, count, eq, getTableColumns, gt, inArray, type SQL, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { newId } from '../../platform/security/random.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import type { OrganizationAccess, Organizations, Role } from '../organizations/organizations.ts';
import type { ScimLimits } from './limits.ts';
import { taken } from './people.ts';
import { type Stored, toSql } from './protocol/filter-sql.ts';
import type { ListQuery } from './protocol/queries.ts';
import { invalidValue, type Values } from './protocol/values.ts';
import { applyRoles } from './roles.ts';
import { type ScimGroup, scimGroupMembers, scimGroups, scimUsers } from './schema.ts';
import { type Change, UUID } from './users.ts';
import { requireVersion } from './versions.ts';

export interface GroupMember {
  readonly value: string;
}

/** A group with its members, if they were asked for. */
export interface FoundGroup extends ScimGroup {
  readonly members: readonly GroupMember[];
}

export interface ScimGroups {
  /** @throws `not_found` */
  get(organizationId: string, id: string, withMembers: boolean): Promise<FoundGroup>;
  /** A page, and how many there are in all. @throws `rate_limited` */
  list(organizationId: string, query: ListQuery, withMembers: boolean): Promise<{ found: FoundGroup[]; total: number }>;
  /** @param values in the form of the schema @throws `scim_uniqueness`, `scim_invalid_value`, `rate_limited` */
  create(access: OrganizationAccess, values: Values): Promise<FoundGroup>;
  /** @throws `not_found`, `scim_version_mismatch`, and as `create` */
  change(access: OrganizationAccess, id: string, change: Change, ifMatch: string | undefined): Promise<FoundGroup>;
  /** @throws `not_found`, `scim_version_mismatch` */
  remove(access: OrganizationAccess, id: string, ifMatch: string | undefined): Promise<void>;
  /** The groups with the roles that they give, by id, after the one with id `afterId`. */
  listRoles(organizationId: string, limit: number, afterId?: string): Promise<(ScimGroup & { memberCount: number })[]>;
  /** Gives the members of a group a role, or with null no role. @throws `not_found`, `recent_sign_in_required` */
  giveRole(access: OrganizationAccess, id: string, role: Role | null): Promise<ScimGroup & { memberCount: number }>;
}

export interface ScimGroupsOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  provisioning: Organizations['provisioning'];
  limits: ScimLimits;
}

const membersOf = sql<GroupMember[]>`coalesce((
  select jsonb_agg(jsonb_build_object('value', belongs.member_id) order by belongs.member_id)
  from ${scimGroupMembers} belongs
  where belongs.organization_id = ${scimGroups}.organization_id and belongs.group_id = ${scimGroups}.id), '[]')`;
const memberCount = sql<number>`(select count(*)::int from ${scimGroupMembers} belongs
  where belongs.organization_id = ${scimGroups}.organization_id and belongs.group_id = ${scimGroups}.id)`;
const shown = (withMembers: boolean) => ({
  ...getTableColumns(scimGroups),
  members: withMembers ? membersOf : sql<GroupMember[]>`'[]'::jsonb`,
});

export const storedGroups: Stored = {
  document: sql`'{}'::jsonb`,
  column({ attribute, sub }) {
    const name = sub ? `${attribute.name}.${sub.name}` : attribute.name;
    const columns = {
      displayName: { value: sql`${scimGroups.displayNameKey}`, kind: 'folded' },
      externalId: { value: sql`${scimGroups.externalId}`, kind: 'text' },
      id: { value: sql`${scimGroups.id}`, kind: 'uuid' },
      'meta.created': { value: sql`${scimGroups.createdAt}`, kind: 'instant' },
      'meta.lastModified': { value: sql`${scimGroups.updatedAt}`, kind: 'instant' },
      'meta.resourceType': { value: sql`'Group'::text`, kind: 'text' },
      'meta.version': { value: sql`('W/"' || ${scimGroups.version} || '"')`, kind: 'text' },
    } as const;
    return columns[name as keyof typeof columns];
  },
  elements: ({ attribute }) =>
    attribute.name === 'members' ? sql`jsonb_array_elements(${membersOf}) as element(value)` : undefined,
};

export function createScimGroups({ db, clock, audit, provisioning, limits }: ScimGroupsOptions): ScimGroups {
  const record = (
    tx: Transaction,
    { organizationId: ownerId, actor, origin }: OrganizationAccess,
    action: AuditAction,
    { id, displayName }: ScimGroup,
    details: Values = {},
  ) =>
    audit.append(tx, {
      ...{ ownerId, action, actor, origin, target: { type: 'scim_group', id } },
      details: { displayName, ...details },
    });

  function changing<T>(
    caller: OrganizationAccess,
    id: string,
    ifMatch: string | undefined,
    work: (tx: Transaction, access: OrganizationAccess, before: ScimGroup) => Promise<T>,
  ): Promise<T> {
    return transact(db, async (tx) => {
      const access = await provisioning.enter(tx, caller);
      const [before] = await tx.select().from(scimGroups).where(own(access.organizationId, id));
      if (!before) throw noSuchGroup();
      requireVersion(ifMatch, before.version);
      return work(tx, access, before);
    });
  }

  const memberIds = async (tx: Transaction, organizationId: string, groupId: string) => {
    const ofGroup = and(eq(scimGroupMembers.organizationId, organizationId), eq(scimGroupMembers.groupId, groupId));
    const rows = await tx.select({ id: scimGroupMembers.memberId }).from(scimGroupMembers).where(ofGroup);
    return rows.map(({ id }) => id);
  };

  /** @throws `scim_uniqueness` */
  async function requireFree(tx: Transaction, organizationId: string, displayNameKey: string, id?: string) {
    const named = and(eq(scimGroups.organizationId, organizationId), eq(scimGroups.displayNameKey, displayNameKey));
    const [other] = await tx.select({ id: scimGroups.id }).from(scimGroups).where(named);
    if (other && other.id !== id) throw taken('The displayName is taken.');
  }

  /** @returns the ids of those who came or went @throws `scim_invalid_value` for a member that is no user */
  async function writeMembers(tx: Transaction, organizationId: string, groupId: string, wanted: ReadonlySet<string>) {
    const before = new Set(await memberIds(tx, organizationId, groupId));
    const [added, gone] = [[...wanted.difference(before)], [...before.difference(wanted)]];
    if (added.length > 0) {
      const known = await tx
        .select({ id: scimUsers.id })
        .from(scimUsers)
        .where(and(eq(scimUsers.organizationId, organizationId), inArray(scimUsers.id, added)));
      if (known.length < added.length) throw invalidValue('A member is no user of this directory.');
      const rows = sql`select ${organizationId}::uuid, ${groupId}::uuid, id from unnest(${sql.param(added)}::uuid[]) as member(id)`;
      await tx.execute(sql`insert into ${scimGroupMembers} (organization_id, group_id, member_id) ${rows}`);
    }
    if (gone.length > 0)
      await tx
        .delete(scimGroupMembers)
        .where(
          and(
            ...[eq(scimGroupMembers.organizationId, organizationId), eq(scimGroupMembers.groupId, groupId)],
            inArray(scimGroupMembers.memberId, gone),
          ),
        );
    return [...added, ...gone];
  }

  const countIn = async (tx: Transaction, group: ScimGroup) => ({
    ...group,
    memberCount: (await memberIds(tx, group.organizationId, group.id)).length,
  });

  return {
    async get(organizationId, id, withMembers) {
      const [found] = await db.select(shown(withMembers)).from(scimGroups).where(own(organizationId, id));
      if (!found) throw noSuchGroup();
      return found;
    },

    async list(organizationId, { filter, order, startIndex, count: limit }, withMembers) {
      if (filter && filter.op !== 'eq') await limits.searches.consume(organizationId);
      const condition: SQL = sql`${scimGroups.organizationId} = ${organizationId}${filter ? sql` and ${toSql(filter, storedGroups)}` : sql``}`;
      const page = db
        .select(shown(withMembers))
        .from(scimGroups)
        .where(condition)
        .orderBy(order)
        .offset(startIndex - 1);
      const found = limit === 0 ? [] : await page.limit(limit);
      if (startIndex === 1 && found.length < limit) return { found, total: found.length };
      const [row] = await db.select({ total: count() }).from(scimGroups).where(condition);
      return { found, total: row!.total };
    },

    async create(caller, values) {
      const { members, ...written } = writtenOf(values);
      await limits.changes.consume(caller.organizationId);
      return transact(db, async (tx) => {
        const access = await provisioning.enter(tx, caller);
        const { organizationId } = access;
        await requireFree(tx, organizationId, written.displayNameKey);
        const now = clock.now();
        const row = { organizationId, id: newId(), ...written, role: null, version: 1, createdAt: now, updatedAt: now };
        await tx.insert(scimGroups).values(row);
        const { length } = await writeMembers(tx, organizationId, row.id, members);
        await record(tx, access, 'scim_group.created', row, { members: length });
        const [found] = await tx.select(shown(true)).from(scimGroups).where(own(organizationId, row.id));
        return found!;
      });
    },

    async change(caller, id, change, ifMatch) {
      await limits.changes.consume(caller.organizationId);
      return changing(caller, id, ifMatch, async (tx, access, before) => {
        const { organizationId } = access;
        const already = (await memberIds(tx, organizationId, id)).map((value) => ({ value }));
        const { members, ...written } = writtenOf(change(valuesOf(before, already)));
        if (written.displayNameKey !== before.displayNameKey)
          await requireFree(tx, organizationId, written.displayNameKey, id);
        const moved = await writeMembers(tx, organizationId, id, members);
        const isSame = written.displayName === before.displayName && written.externalId === before.externalId;
        if (moved.length > 0 || !isSame) {
          const set = { ...written, version: before.version + 1, updatedAt: clock.now() };
          await tx.update(scimGroups).set(set).where(own(organizationId, id));
          if (before.role) await applyRoles(tx, access, moved, provisioning);
          await record(tx, access, 'scim_group.updated', { ...before, ...written }, { moved: moved.length });
        }
        const [found] = await tx.select(shown(true)).from(scimGroups).where(own(organizationId, id));
        return found!;
      });
    },

    async remove(caller, id, ifMatch) {
      await limits.changes.consume(caller.organizationId);
      await changing(caller, id, ifMatch, async (tx, access, before) => {
        const moved = before.role ? await memberIds(tx, access.organizationId, id) : [];
        await tx.delete(scimGroups).where(own(access.organizationId, id));
        await applyRoles(tx, access, moved, provisioning);
        await record(tx, access, 'scim_group.deleted', before);
      });
    },

    listRoles: (organizationId, limit, afterId) =>
      db
        .select({ ...getTableColumns(scimGroups), memberCount })
        .from(scimGroups)
        .where(
          and(
            eq(scimGroups.organizationId, organizationId),
            afterId === undefined ? undefined : gt(scimGroups.id, afterId),
          ),
        )
        .orderBy(asc(scimGroups.id))
        .limit(limit),

    giveRole: (caller, id, role) =>
      transact(db, async (tx) => {
        const access = await provisioning.enter(tx, caller, 'scim:manage');
        await access.stepUp(tx);
        const { organizationId } = access;
        const [before] = await tx.select().from(scimGroups).where(own(organizationId, id));
        if (!before) throw noSuchGroup();
        if (before.role === role) return countIn(tx, before);
        await tx.update(scimGroups).set({ role }).where(own(organizationId, id));
        await applyRoles(tx, access, await memberIds(tx, organizationId, id), provisioning);
        const details = { before: before.role, after: role };
        await record(tx, access, 'scim_group.role_changed', before, details);
        return countIn(tx, { ...before, role });
      }),
  };
}

const noSuchGroup = () => httpErrors.not_found({ detail: 'There is no such group.' });

const own = (organizationId: string, id: string) =>
  UUID.test(id) ? and(eq(scimGroups.organizationId, organizationId), eq(scimGroups.id, id)) : sql`false`;

const MAX_NAME = 320;

/** @throws `scim_invalid_value` */
function writtenOf({ displayName, externalId, members }: Values) {
  if (typeof displayName !== 'string' || displayName.trim() === '') throw invalidValue('A group has a displayName.');
  if (displayName.length > MAX_NAME) throw invalidValue(`displayName has at most ${MAX_NAME} characters.`);
  const ids = ((members as { value?: string; type?: string }[] | undefined) ?? []).map(({ value = '', type }) => {
    if (type === 'Group') throw invalidValue('Groups do not contain groups.');
    const id = value.toLowerCase();
    if (!UUID.test(id)) throw invalidValue('A member is no user of this directory.');
    return id;
  });
  const key = displayName.toLowerCase();
  return {
    displayName,
    displayNameKey: key,
    externalId: (externalId as string | undefined) ?? null,
    members: new Set(ids),
  };
}

const valuesOf = ({ displayName, externalId }: ScimGroup, members: readonly { value: string }[]): Values => ({
  displayName,
  ...(externalId !== null && { externalId }),
  ...(members.length > 0 && { members }),
});
