/** Which columns of a statement have the same value: from this follows on how many nodes of a sharded PostgreSQL it runs. */
import type { PlacedTable } from '../../app/platform/database/distribution.ts';
import { columnOf, isChanging, type Node, statementOf, withoutCasts } from './tree.ts';

/** One use of a table in a statement. */
export interface Use {
  readonly table: PlacedTable;
  /** Whether the statement changes it here, or locks or reads it. */
  readonly changes: boolean;
  /** The `with` query in which it is used; empty for the main one. */
  readonly part: string;
  /** The group of equal values of the column by which the table is distributed; see `Scopes.isFixed`. */
  readonly owner: string | undefined;
}

/** A relation in a `from`: a table, or what a subquery returns. */
interface Relation {
  readonly table?: PlacedTable;
  /** Names its columns in the groups. */
  readonly id: string;
  /** For a subquery: the group of each column that it returns, if that is known. */
  readonly outputs?: ReadonlyMap<string, string>;
}

type Scope = Map<string, Relation>;
type Outputs = Map<string, string>;

/** Reads a statement. @returns each use of a placed table, and the groups of columns whose values are equal */
export function readScopes(statement: Node, tables: ReadonlyMap<string, PlacedTable>, same: readonly number[]) {
  const parents = new Map<string, string>();
  const uses: (Omit<Use, 'owner'> & { key: string | undefined })[] = [];
  let part = '';
  let relations = 0;

  const root = (key: string): string => {
    const parent = parents.get(key);
    return parent === undefined ? key : root(parent);
  };
  const join = (a: string, b: string) => {
    const [first, second] = [root(a), root(b)].sort((one, other) => Number(isValue(other)) - Number(isValue(one)));
    if (first !== second) parents.set(second!, first!);
  };

  function addTable(scope: Scope, range: Node, ctes: ReadonlyMap<string, Outputs>, changes = false): void {
    const name: string = range.relname;
    const alias: string = range.alias?.aliasname ?? name;
    const id = `r${relations++}`;
    const outputs = range.schemaname === undefined ? ctes.get(name) : undefined;
    const table = outputs || (range.schemaname ?? 'public') !== 'public' ? undefined : tables.get(name);
    scope.set(alias, { id, ...(table && { table }), ...(outputs && { outputs }) });
    if (table) uses.push({ table, changes, part, key: table.by === null ? undefined : `${id}.${table.by}` });
  }

  /** The group of a column, looked up from the inner scope to the outer ones. */
  function keyOf(names: readonly string[], scopes: readonly Scope[]): string | undefined {
    const column = names.at(-1)!;
    const relation = names.at(-2);
    for (const scope of scopes) {
      if (relation !== undefined) {
        const found = scope.get(relation);
        if (found) return found.outputs ? found.outputs.get(column) : `${found.id}.${column}`;
        continue;
      }
      const having = [...scope.values()].filter(({ table, outputs }) =>
        table ? table.columns.includes(column) : outputs?.has(column),
      );
      if (having.length > 0) return having[0]!.outputs?.get(column) ?? `${having[0]!.id}.${column}`;
    }
    return undefined;
  }

  /** The group of an expression: of a column, or of a value. Undefined for what is computed. */
  function groupOf(expression: Node, scopes: readonly Scope[]): string | undefined {
    const bare = withoutCasts(expression);
    if (bare?.ParamRef) return `$${same[bare.ParamRef.number - 1] ?? bare.ParamRef.number - 1}`;
    if (bare?.A_Const) return `=${JSON.stringify({ ...bare.A_Const, location: 0 })}`;
    const names = columnOf(bare);
    return names && keyOf(names, scopes);
  }

  /** Joins the groups that a condition makes equal. Only what must hold counts: nothing below `or` and `not`. */
  function conditions(node: Node, scopes: readonly Scope[]): void {
    if (node?.BoolExpr?.boolop === 'AND_EXPR') {
      for (const one of node.BoolExpr.args) conditions(one, scopes);
      return;
    }
    const { kind, name, lexpr, rexpr } = node?.A_Expr ?? {};
    if (name?.[0]?.String?.sval !== '=') return;
    const left = groupOf(lexpr, scopes);
    // A list or an array of owners names them too: the statement visits their nodes, and no others.
    const right = kind === 'AEXPR_OP' ? groupOf(rexpr, scopes) : fixedList(kind, rexpr);
    if (left !== undefined && right !== undefined) join(left, right);
    const [lefts, rights] = [lexpr?.RowExpr?.args, rexpr?.RowExpr?.args];
    if (lefts && rights) {
      for (const [index, one] of lefts.entries()) {
        const [a, b] = [groupOf(one, scopes), groupOf(rights[index], scopes)];
        if (a !== undefined && b !== undefined) join(a, b);
      }
    }
  }

  const fixedList = (kind: string, expression: Node): string | undefined => {
    const bare = withoutCasts(expression);
    if (kind === 'AEXPR_IN') return `list${JSON.stringify(bare)}`;
    if (kind !== 'AEXPR_OP_ANY') return undefined;
    return bare?.ParamRef || bare?.A_ArrayExpr ? `list${JSON.stringify({ ...bare, location: 0 })}` : undefined;
  };

  function fromItem(item: Node, scope: Scope, outer: readonly Scope[], ctes: Map<string, Outputs>): void {
    if (item?.RangeVar) addTable(scope, item.RangeVar, ctes);
    else if (item?.JoinExpr) {
      const { larg, rarg, quals } = item.JoinExpr;
      fromItem(larg, scope, outer, ctes);
      fromItem(rarg, scope, outer, ctes);
      if (quals) {
        conditions(quals, [scope, ...outer]);
        subqueries(quals, [scope, ...outer], ctes);
      }
    } else if (item?.RangeSubselect) {
      const { subquery, alias, lateral } = item.RangeSubselect;
      const outputs = query(subquery, lateral ? [scope, ...outer] : outer, ctes);
      scope.set(alias?.aliasname ?? `q${relations}`, { id: `r${relations++}`, outputs });
    } else if (item?.RangeFunction) {
      const { alias } = item.RangeFunction;
      scope.set(alias?.aliasname ?? `f${relations}`, { id: `r${relations++}`, outputs: new Map() });
      subqueries(item, [scope, ...outer], ctes);
    }
  }

  /** Reads the subqueries below an expression. */
  function subqueries(node: Node, scopes: readonly Scope[], ctes: Map<string, Outputs>): void {
    if (Array.isArray(node)) for (const one of node) subqueries(one, scopes, ctes);
    else if (node && typeof node === 'object') {
      for (const [key, value] of Object.entries(node)) {
        if (key === 'SelectStmt' || isChanging(key)) query({ [key]: value }, scopes, ctes);
        else subqueries(value, scopes, ctes);
      }
    }
  }

  function outputsOf(targets: Node[] | undefined, scopes: readonly Scope[]): Outputs {
    const outputs: Outputs = new Map();
    for (const { ResTarget: target } of targets ?? []) {
      const names = target && columnOf(target.val);
      const group = target && groupOf(target.val, scopes);
      const name = target?.name ?? names?.at(-1);
      if (name !== undefined && group !== undefined) outputs.set(name, group);
    }
    return outputs;
  }

  /** @returns the columns that it returns */
  function query(node: Node, outer: readonly Scope[], given: Map<string, Outputs>): Outputs {
    const { type, content } = statementOf(node);
    const ctes = new Map(given);
    const around = part;
    for (const { CommonTableExpr: cte } of content.withClause?.ctes ?? []) {
      part = cte.ctename;
      ctes.set(cte.ctename, query(cte.ctequery, outer, ctes));
    }
    part = around;
    const scope: Scope = new Map();
    const scopes = [scope, ...outer];
    if (type === 'SelectStmt') {
      if (content.larg) {
        const outputs = query({ SelectStmt: content.larg }, outer, ctes);
        query({ SelectStmt: content.rarg }, outer, ctes);
        return outputs;
      }
    } else if (content.relation) addTable(scope, content.relation, ctes, true);
    for (const item of content.fromClause ?? content.usingClause ?? []) fromItem(item, scope, outer, ctes);
    conditions(content.whereClause, scopes);
    const { fromClause: _, usingClause: __, withClause: ___, relation: ____, ...rest } = content;
    if (type === 'InsertStmt') inserted(content, scope, scopes, ctes);
    else subqueries(rest, scopes, ctes);
    return outputsOf(type === 'SelectStmt' ? content.targetList : content.returningClause?.exprs, scopes);
  }

  /** A row that is inserted is on the node of the owner that the statement gives. */
  function inserted(content: Node, scope: Scope, scopes: readonly Scope[], ctes: Map<string, Outputs>): void {
    const [target] = scope.values();
    const { cols, selectStmt } = content;
    subqueries(content.onConflictClause, scopes, ctes);
    const select = selectStmt?.SelectStmt;
    if (!select) return;
    if (select.valuesLists) {
      subqueries(select.valuesLists, scopes, ctes);
      const index = (cols ?? []).findIndex((col: Node) => col.ResTarget.name === target?.table?.by);
      const groups = select.valuesLists.map(({ List }: Node) => groupOf(List.items[index], []));
      if (index < 0 || groups.length === 0) return;
      const [first] = groups;
      const one = groups.every((group: string | undefined) => group !== undefined && group === first);
      // Rows of several owners are sent to the nodes of these.
      join(`${target!.id}.${target!.table!.by}`, one ? first : `list${JSON.stringify(groups)}`);
      return;
    }
    const before = relations;
    const outputs = query(selectStmt, scopes.slice(1), ctes);
    const index = (cols ?? []).findIndex((col: Node) => col.ResTarget.name === target?.table?.by);
    const value = select.targetList?.[index]?.ResTarget;
    if (!target?.table || index < 0 || !value) return;
    const names = columnOf(value.val);
    const group = outputs.get(value.name ?? names?.at(-1) ?? '') ?? (names ? undefined : groupOf(value.val, []));
    if (group !== undefined) join(`${target.id}.${target.table.by}`, group);
    relations = Math.max(relations, before);
  }

  query(statement, [], new Map());
  return {
    uses: uses.map(({ key, ...use }): Use => ({ ...use, owner: key === undefined ? undefined : root(key) })),
    /** Whether the statement says which owner, or owners, a group is about. */
    isFixed: (group: string): boolean => isValue(group),
  };
}

const isValue = (group: string): boolean => /^(?:\$|=|list)/.test(group);
