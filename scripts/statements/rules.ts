/**
 * What a statement must keep to, so that it does the same on one PostgreSQL and on a sharded one (Citus). Each rule is a fault that was seen
 * there: an error, a wrong result without an error, or work on all nodes. docs/scaling.md has them for people.
 */
import type { PlacedTable } from '../../app/platform/database/distribution.ts';
import { readScopes, type Use } from './scopes.ts';
import { functionsIn, isChanging, type Node, statementOf, walk } from './tree.ts';

export const RULES = {
  notify: 'pg_notify beside a table runs on a node where nobody listens',
  order:
    'a part of the statement reads or writes what another part changes: their order differs on a sharded PostgreSQL',
  copied: 'rows that another part of the statement changed are inserted: they are copied through the coordinator',
  volatile:
    'a volatile function in what a distributed table stores anew or returns is refused, or evaluated once per node',
  'locked-join': 'rows are locked over a join',
  'locked-nodes': 'rows of more than one owner are locked',
  place: 'the place of a row in its file (ctid) is compared, and another node has another row there',
  moved: 'the column by which a table is distributed is set',
  'all-nodes': 'no condition names the owner, so the statement visits every node',
  'two-owners': 'tables of different owners meet in one statement',
} as const;
export type Rule = keyof typeof RULES;

export interface Finding {
  readonly rule: Rule;
  readonly tables: readonly string[];
}

/** Functions of PostgreSQL that are volatile, as far as statements may want them. A test compares the list with PostgreSQL's catalog. */
export const VOLATILE = new Set([
  ...['clock_timestamp', 'timeofday', 'random', 'setseed', 'gen_random_uuid', 'uuidv4', 'uuidv7'],
  ...['nextval', 'setval', 'currval', 'lastval', 'pg_notify', 'set_config', 'pg_sleep'],
  ...[
    'pg_advisory_lock',
    'pg_advisory_xact_lock',
    'pg_try_advisory_lock',
    'pg_try_advisory_xact_lock',
    'pg_advisory_unlock',
  ],
]);

/**
 * Holds one statement to the rules.
 * @param statement as the parser returns it, such as `{ SelectStmt: … }`
 * @param same for each parameter, the first one with the same value
 */
export function findingsOf(
  statement: Node,
  tables: ReadonlyMap<string, PlacedTable>,
  same: readonly number[] = [],
): Finding[] {
  const { type } = statementOf(statement);
  // Changes of the schema are a matter of migrations.
  if ((type !== 'SelectStmt' && !isChanging(type)) || findsNothing(statement)) return [];
  const { uses, isFixed } = readScopes(statement, tables, same);
  const distributed = uses.filter(({ table }) => table.by !== null);
  const names = [...new Set(distributed.map(({ table }) => table.name))].sort();
  const found = (rule: Rule, condition: boolean, about: readonly string[] = names): Finding[] =>
    condition ? [{ rule, tables: about }] : [];
  const notifies = functionsIn(statement).includes('pg_notify');
  if (distributed.length === 0) return found('notify', notifies && uses.length > 0);
  const owners = new Set(distributed.map(({ owner }) => owner));
  const unnamed = distributed.filter(({ owner }) => owner === undefined || !isFixed(owner));
  return [
    ...found('notify', notifies),
    ...found('order', dependsOnOrder(statement, uses)),
    ...found('copied', insertsWhatChanged(statement, tables)),
    ...found('volatile', changesVolatile(statement, tables)),
    ...found('locked-join', locksJoin(statement, tables)),
    ...found(
      'locked-nodes',
      locks(statement) && (unnamed.length > 0 || [...owners].some((owner) => owner?.startsWith('list'))),
    ),
    ...found('place', unnamed.length > 0 && comparesPlaces(statement)),
    ...found('moved', movesRows(statement, tables)),
    ...found('all-nodes', unnamed.length > 0, [...new Set(unnamed.map(({ table }) => table.name))].sort()),
    ...found('two-owners', unnamed.length === 0 && owners.size > 1),
  ];
}

/** True for `where false`, by which filters that no row can meet are sent: it visits no node. */
function findsNothing(statement: Node): boolean {
  const value = statementOf(statement).content.whereClause?.A_Const?.boolval;
  return value !== undefined && value.boolval !== true;
}

/** True if a table that one part changes is used by another part, unless the part that changes it reads what the other one returns. */
function dependsOnOrder(statement: Node, uses: readonly Use[]): boolean {
  const { withClause, ...main } = statementOf(statement).content;
  const reads = new Map([['', relationsIn(main)]]);
  walk(statement, (type, content) => {
    if (type === 'CommonTableExpr') reads.set(content.ctename, relationsIn(content.ctequery));
    return undefined;
  });
  const follows = (part: string, other: string): boolean =>
    [...(reads.get(part) ?? [])].some((name) => name === other || (name !== part && follows(name, other)));
  return uses.some(
    ({ changes, table, part }) =>
      changes &&
      table.by !== null &&
      uses.some((other) => other.table === table && other.part !== part && !follows(part, other.part)),
  );
}

function relationsIn(node: Node): Set<string> {
  const names = new Set<string>();
  walk(node, (type, content) => {
    if (type === 'RangeVar') names.add(content.relname);
    return undefined;
  });
  return names;
}

function* parts(statement: Node): Iterable<{ type: string; content: Node }> {
  const found: { type: string; content: Node }[] = [];
  walk(statement, (type, content) => {
    if (isChanging(type) || type === 'SelectStmt') found.push({ type, content });
    return undefined;
  });
  yield* found;
}

const distributedIn = (content: Node, tables: ReadonlyMap<string, PlacedTable>): PlacedTable | undefined => {
  const table = tables.get(content.relation?.relname);
  return table?.by === null ? undefined : table;
};

function insertsWhatChanged(statement: Node, tables: ReadonlyMap<string, PlacedTable>): boolean {
  const changing = new Set<string>();
  walk(statement, (type, content) => {
    if (type === 'CommonTableExpr' && isChanging(statementOf(content.ctequery).type)) changing.add(content.ctename);
    return undefined;
  });
  for (const { type, content } of parts(statement)) {
    if (type !== 'InsertStmt' || !distributedIn(content, tables)) continue;
    let reads = false;
    walk(content.selectStmt, (kind, range) => {
      if (kind === 'RangeVar' && changing.has(range.relname)) reads = true;
      return undefined;
    });
    if (reads) return true;
  }
  return false;
}

function changesVolatile(statement: Node, tables: ReadonlyMap<string, PlacedTable>): boolean {
  return [...parts(statement)].some(({ type, content }) => {
    if (!isChanging(type) || !distributedIn(content, tables)) return false;
    const { withClause: _, returningClause, ...own } = content;
    return functionsIn([returningClause, type === 'InsertStmt' && own]).some((name) => VOLATILE.has(name));
  });
}

function locksJoin(statement: Node, tables: ReadonlyMap<string, PlacedTable>): boolean {
  return [...parts(statement)].some(({ content }) => {
    if (!content.lockingClause) return false;
    const names: string[] = [];
    walk(content.fromClause, (type, range) => {
      if (type === 'RangeVar') names.push(range.relname);
      return undefined;
    });
    return names.length > 1 && names.some((name) => (tables.get(name)?.by ?? null) !== null);
  });
}

const locks = (statement: Node): boolean => [...parts(statement)].some(({ content }) => content.lockingClause);

function comparesPlaces(statement: Node): boolean {
  let compares = false;
  walk(statement, (type, content) => {
    if (type === 'ColumnRef' && content.fields.at(-1)?.String?.sval === 'ctid') compares = true;
    return undefined;
  });
  return compares;
}

function movesRows(statement: Node, tables: ReadonlyMap<string, PlacedTable>): boolean {
  return [...parts(statement)].some(({ type, content }) => {
    const table = distributedIn(content, tables);
    const set = type === 'UpdateStmt' ? content.targetList : content.onConflictClause?.targetList;
    return table !== undefined && isChanging(type) && (set ?? []).some((one: Node) => one.ResTarget.name === table.by);
  });
}
