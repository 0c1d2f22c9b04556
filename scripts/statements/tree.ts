/** Walks the tree of a statement that PostgreSQL's parser made (libpg_query, as JSON). */

/** A node without its type: `{ relname: 'users' }` of `{ RangeVar: { relname: 'users' } }`. */
// biome-ignore lint/suspicious/noExplicitAny: the parser has 270 types of nodes, of which a handful is read
export type Node = any;

/** Calls `visit` with the type and the content of each node, the outer ones first. It returns false to leave out what is below. */
export function walk(node: Node, visit: (type: string, content: Node) => boolean | undefined): void {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, visit);
  } else if (node && typeof node === 'object') {
    for (const [key, value] of Object.entries(node)) {
      // Types begin with a capital letter, and fields with a small one.
      if (/^[A-Z]/.test(key) && visit(key, value) === false) continue;
      walk(value, visit);
    }
  }
}

const CHANGING = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const;
export type Changing = (typeof CHANGING)[number];

/** @returns the type and the content of the statement in a node such as `{ SelectStmt: … }` */
export function statementOf(node: Node): { type: string; content: Node } {
  const [[type, content]] = Object.entries(node) as [[string, Node]];
  return { type, content };
}

export const isChanging = (type: string): type is Changing => CHANGING.some((one) => one === type);

/** @returns the names of functions that are called below a node, without their schemas */
export function functionsIn(node: Node): string[] {
  const names: string[] = [];
  walk(node, (type, content) => {
    if (type === 'FuncCall') names.push(content.funcname.at(-1).String.sval);
    return undefined;
  });
  return names;
}

/** @returns the names in a reference to a column, such as `['users', 'id']`; undefined for another node, and for `*` */
export function columnOf(node: Node): string[] | undefined {
  const bare = withoutCasts(node);
  const fields: Node[] | undefined = bare?.ColumnRef?.fields;
  const names = fields?.map((field) => field.String?.sval as string | undefined);
  return names?.every((name) => name !== undefined) ? (names as string[]) : undefined;
}

/** @returns the expression below its casts */
export function withoutCasts(node: Node): Node {
  let bare = node;
  while (bare?.TypeCast) bare = bare.TypeCast.arg;
  return bare;
}
