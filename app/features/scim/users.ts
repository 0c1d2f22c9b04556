/** Users of directories: reading and changing them. What a change means for the person is in `people.ts`. */
import { and, count, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { newId } from '../../platform/security/random.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import { parseAddress } from '../email/email.ts';
import type { OrganizationAccess, Organizations } from '../organizations/organizations.ts';
import type { ScimLimits } from './limits.ts';
import { type People, taken } from './people.ts';
import { type Stored, toSql } from './protocol/filter-sql.ts';
import type { Filter } from './protocol/filters.ts';
import { applyPatch, type PatchStep } from './protocol/patch.ts';
import type { ListQuery } from './protocol/queries.ts';
import { invalidValue, type Values } from './protocol/values.ts';
import { type ScimUser, scimGroupMembers, scimGroups, scimUsers } from './schema.ts';
import { requireVersion } from './versions.ts';

/** A user with the groups that it belongs to. */
export interface FoundUser extends ScimUser {
  readonly groups: readonly { readonly value: string; readonly display: string }[];
}

export interface ScimUsers {
  /** @throws `not_found` */
  get(organizationId: string, id: string): Promise<FoundUser>;
  /** A page, and how many there are in all. @throws `rate_limited` */
  list(organizationId: string, query: ListQuery): Promise<{ found: FoundUser[]; total: number }>;
  /** @param values in the form of the schema @throws `scim_uniqueness`, `scim_invalid_value`, `rate_limited`, and as `People.enter` */
  create(access: OrganizationAccess, values: Values): Promise<FoundUser>;
  /**
   * Writes what `change` makes of the attributes. @param ifMatch the version that the caller has seen
   * @throws `not_found`, `scim_version_mismatch`, `last_owner`, and as `create`
   */
  change(access: OrganizationAccess, id: string, change: Change, ifMatch: string | undefined): Promise<FoundUser>;
  /** @throws `not_found`, `scim_version_mismatch`, `last_owner` */
  remove(access: OrganizationAccess, id: string, ifMatch: string | undefined): Promise<void>;
}

export type Change = (before: Values) => Values;
export const patching =
  (steps: readonly PatchStep[]): Change =>
  (before) =>
    applyPatch(before, steps);

export interface ScimUsersOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  people: People;
  provisioning: Organizations['provisioning'];
  limits: ScimLimits;
}

const groupsOf = sql<FoundUser['groups']>`coalesce((
  select jsonb_agg(jsonb_build_object('value', found.id, 'display', found.display_name) order by found.id)
  from ${scimGroupMembers} belongs join ${scimGroups} found
    on found.organization_id = belongs.organization_id and found.id = belongs.group_id
  where belongs.organization_id = ${scimUsers}.organization_id and belongs.member_id = ${scimUsers}.id), '[]')`;
const shown = { ...getTableColumns(scimUsers), groups: groupsOf };

export const storedUsers: Stored = {
  document: sql`${scimUsers.attributes}`,
  column({ extension, attribute, sub }) {
    if (extension) return undefined;
    const name = sub ? `${attribute.name}.${sub.name}` : attribute.name;
    const columns = {
      userName: { value: sql`${scimUsers.userNameKey}`, kind: 'folded' },
      externalId: { value: sql`${scimUsers.externalId}`, kind: 'text' },
      active: { value: sql`${scimUsers.active}`, kind: 'boolean' },
      id: { value: sql`${scimUsers.id}`, kind: 'uuid' },
      'meta.created': { value: sql`${scimUsers.createdAt}`, kind: 'instant' },
      'meta.lastModified': { value: sql`${scimUsers.updatedAt}`, kind: 'instant' },
      'meta.resourceType': { value: sql`'User'::text`, kind: 'text' },
      'meta.version': { value: sql`('W/"' || ${scimUsers.version} || '"')`, kind: 'text' },
    } as const;
    return columns[name as keyof typeof columns];
  },
  elements: ({ attribute }) =>
    attribute.name === 'groups' ? sql`jsonb_array_elements(${groupsOf}) as element(value)` : undefined,
};

export function createScimUsers({ db, clock, audit, people, provisioning, limits }: ScimUsersOptions): ScimUsers {
  const { placeholder } = sql;
  const ofOrganization = eq(scimUsers.organizationId, placeholder('organizationId'));
  // What directories ask before each change. Prepared, because building and planning the statement would take longer than running it.
  const byId = db
    .select(shown)
    .from(scimUsers)
    .where(and(ofOrganization, eq(scimUsers.id, placeholder('id'))))
    .prepare('scim_user_by_id');
  const byUserName = db
    .select(shown)
    .from(scimUsers)
    .where(and(ofOrganization, eq(scimUsers.userNameKey, placeholder('key'))))
    .prepare('scim_user_by_user_name');

  async function search(organizationId: string, { filter, order, startIndex, count: limit }: ListQuery) {
    if (filter && !isIndexed(filter)) await limits.searches.consume(organizationId);
    const condition: SQL = sql`${scimUsers.organizationId} = ${organizationId}${filter ? sql` and ${toSql(filter, storedUsers)}` : sql``}`;
    const page = db
      .select(shown)
      .from(scimUsers)
      .where(condition)
      .orderBy(order)
      .offset(startIndex - 1);
    const found = limit === 0 ? [] : await page.limit(limit);
    if (startIndex === 1 && found.length < limit) return { found, total: found.length };
    const [row] = await db.select({ total: count() }).from(scimUsers).where(condition);
    return { found, total: row!.total };
  }

  /** Runs `work` on a user, with the access decided again and the organization locked. */
  function changing<T>(
    caller: OrganizationAccess,
    id: string,
    ifMatch: string | undefined,
    work: (tx: Transaction, access: OrganizationAccess, before: ScimUser) => Promise<T>,
  ): Promise<T> {
    return transact(db, async (tx) => {
      const access = await provisioning.enter(tx, caller);
      const [before] = await tx.select().from(scimUsers).where(own(access.organizationId, id));
      if (!before) throw noSuchUser();
      requireVersion(ifMatch, before.version);
      return work(tx, access, before);
    });
  }

  /** @throws `scim_uniqueness` */
  async function requireFree(tx: Transaction, organizationId: string, { userNameKey, address }: Written, id?: string) {
    const others = await tx
      .select({ id: scimUsers.id, userNameKey: scimUsers.userNameKey })
      .from(scimUsers)
      .where(
        sql`${scimUsers.organizationId} = ${organizationId} and (${scimUsers.userNameKey} = ${userNameKey} or ${scimUsers.address} = ${address})`,
      );
    const other = others.find((each) => each.id !== id);
    if (other) throw taken(other.userNameKey === userNameKey ? 'The userName is taken.' : 'The address is taken.');
  }

  async function record(
    tx: Transaction,
    { organizationId: ownerId, actor, origin }: OrganizationAccess,
    action: AuditAction,
    { id, address, active, userId }: ScimUser,
  ) {
    const details = { ...(await audit.refer(tx, ownerId, address)), active, ...(userId && { userId }) };
    await audit.append(tx, { ownerId, action, actor, target: { type: 'scim_user', id }, origin, details });
  }

  const readIn = async (tx: Transaction, organizationId: string, id: string) => {
    const [found] = await tx.select(shown).from(scimUsers).where(own(organizationId, id));
    return found!;
  };

  return {
    async get(organizationId, id) {
      const [found] = UUID.test(id) ? await byId.execute({ organizationId, id }) : [];
      if (!found) throw noSuchUser();
      return found;
    },

    async list(organizationId, query) {
      const key = userNameOf(query);
      if (key === undefined) return search(organizationId, query);
      const found = await byUserName.execute({ organizationId, key });
      return { found, total: found.length };
    },

    async create(caller, values) {
      const written = writtenOf(values, true);
      await limits.changes.consume(caller.organizationId);
      return transact(db, async (tx) => {
        const access = await provisioning.enter(tx, caller);
        const { organizationId } = access;
        await requireFree(tx, organizationId, written);
        const now = clock.now();
        const row = {
          organizationId,
          id: newId(),
          ...written,
          userId: null,
          version: 1,
          createdAt: now,
          updatedAt: now,
        };
        await tx.insert(scimUsers).values(row);
        if (row.active) await people.enter(tx, access, row);
        const found = await readIn(tx, organizationId, row.id);
        await record(tx, access, 'scim_user.created', found);
        return found;
      });
    },

    async change(caller, id, change, ifMatch) {
      await limits.changes.consume(caller.organizationId);
      return changing(caller, id, ifMatch, async (tx, access, before) => {
        const { organizationId } = access;
        const written = writtenOf(change(valuesOf(before)), before.active);
        if (isUnchanged(before, written)) return readIn(tx, organizationId, id);
        await requireFree(tx, organizationId, written, id);
        const person = { ...before, ...written };
        const set = { ...written, version: before.version + 1, updatedAt: clock.now() };
        await tx.update(scimUsers).set(set).where(own(organizationId, id));
        if (before.active && !person.active) await people.leave(tx, access, before);
        if (!before.active && person.active) await people.enter(tx, access, person);
        if (before.active && person.active && before.address !== person.address)
          await people.move(tx, access, before, person);
        // The end of the membership has told the directory's row too; this change is one version.
        await tx.update(scimUsers).set({ version: set.version }).where(own(organizationId, id));
        const found = await readIn(tx, organizationId, id);
        await record(tx, access, 'scim_user.updated', found);
        return found;
      });
    },

    async remove(caller, id, ifMatch) {
      await limits.changes.consume(caller.organizationId);
      await changing(caller, id, ifMatch, async (tx, access, before) => {
        if (before.active) await people.leave(tx, access, before);
        await tx.delete(scimUsers).where(own(access.organizationId, id));
        await record(tx, access, 'scim_user.deleted', before);
      });
    },
  };
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const noSuchUser = () => httpErrors.not_found({ detail: 'There is no such user.' });

/** A text that is no id leads to no row. */
const own = (organizationId: string, id: string) =>
  UUID.test(id) ? and(eq(scimUsers.organizationId, organizationId), eq(scimUsers.id, id)) : sql`false`;

type Written = Pick<ScimUser, 'userName' | 'userNameKey' | 'externalId' | 'address' | 'active' | 'attributes'>;

const MAX_NAME = 320;

/** The columns of a user's attributes. @param active what holds if they do not say @throws `scim_invalid_value` */
function writtenOf({ userName, externalId, active: given, ...attributes }: Values, active: boolean): Written {
  if (typeof userName !== 'string' || userName.trim() === '') throw invalidValue('A user has a userName.');
  if (userName.length > MAX_NAME) throw invalidValue(`userName has at most ${MAX_NAME} characters.`);
  const address = addressOf(userName, attributes.emails as EmailValue[] | undefined);
  if (!address) throw invalidValue('A user has an address: in emails, or as the userName.');
  return {
    ...{ userName, userNameKey: userName.toLowerCase(), address, attributes },
    externalId: (externalId as string | undefined) ?? null,
    active: (given as boolean | undefined) ?? active,
  };
}

interface EmailValue {
  readonly value?: string;
  readonly type?: string;
  readonly primary?: boolean;
}

/** The primary address, or else that for work, or else the first, or else the userName. @returns null if it is none */
function addressOf(userName: string, emails: readonly EmailValue[] = []): string | null {
  const withValue = emails.filter(({ value }) => value !== undefined);
  const chosen =
    withValue.find(({ primary }) => primary) ?? withValue.find(({ type }) => type === 'work') ?? withValue[0];
  return parseAddress(chosen?.value ?? userName);
}

/** All attributes that a directory can set, as PATCH sees them. */
export const valuesOf = ({ userName, externalId, active, attributes }: ScimUser): Values => ({
  ...{ userName, active, ...attributes },
  ...(externalId !== null && { externalId }),
});

function isUnchanged(before: ScimUser, after: Written): boolean {
  const comparable = (row: Written) =>
    JSON.stringify([row.userName, row.externalId, row.address, row.active, sorted(row.attributes)]);
  return comparable(before) === comparable(after);
}

/** With members in one order: PostgreSQL stores them in its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

/** The userName in lower case, if a query asks for the user with that name and nothing else. */
function userNameOf({ filter, startIndex, count: limit }: ListQuery): string | undefined {
  if (filter?.op !== 'eq' || startIndex !== 1 || limit === 0 || typeof filter.value !== 'string') return undefined;
  const { extension, attribute } = filter.target;
  return !extension && attribute.name === 'userName' ? filter.value.toLowerCase() : undefined;
}

const INDEXED = ['userName', 'externalId', 'id'];

/** True if an index finds the rows: an equality of an indexed attribute, alone or with other conditions. */
function isIndexed(filter: Filter): boolean {
  if (filter.op === 'and') return filter.filters.some(isIndexed);
  return (
    filter.op === 'eq' &&
    filter.value !== null &&
    !filter.target.extension &&
    INDEXED.includes(filter.target.attribute.name)
  );
}
