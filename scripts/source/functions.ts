/** The functions of a file, and the length of each without its inner functions. */
import { Visitor } from 'oxc-parser';
import type { Source } from './files.ts';

export interface Measured {
  /** The number of its first line, from 1. */
  line: number;
  /** The function's own name, or that of its variable or field; 'a function' without either. */
  name: string;
  ownLines: number;
}

interface Span {
  start: number;
  end: number;
}

/**
 * Measures functions by their own lines: lines with code, without those of inner functions. A line belongs to the innermost function around its
 * first code, so each line counts once: `list.map((one) => {` counts for the outer function, and the lines up to `})` for the callback. Blank
 * lines and lines with only comments do not count.
 * @returns every function of the file, in the order of their starts
 */
export function functionsOf(source: Source): Measured[] {
  const functions: (Span & { name: string; ownLines: number })[] = [];
  const names = new Map<unknown, string>();
  const nameOf = (holder: unknown) => (holder as { name?: string } | null)?.name ?? 'a function';
  const exports = new Map<unknown, number>();
  const enter = (node: Span & { id?: unknown }) => {
    const start = exports.get(node) ?? node.start;
    functions.push({ start, end: node.end, name: names.get(node) ?? nameOf(node.id), ownLines: 0 });
  };
  new Visitor({
    ExportNamedDeclaration: ({ start, declaration }) => void exports.set(declaration, start),
    ExportDefaultDeclaration: ({ start, declaration }) => void exports.set(declaration, start),
    VariableDeclarator: ({ id, init }) => void names.set(init, nameOf(id)),
    Property: ({ key, value }) => void names.set(value, nameOf(key)),
    MethodDefinition: ({ key, value }) => void names.set(value, nameOf(key)),
    PropertyDefinition: ({ key, value }) => void names.set(value, nameOf(key)),
    FunctionDeclaration: enter,
    FunctionExpression: enter,
    ArrowFunctionExpression: enter,
  }).visit(source.program);
  for (const offset of firstCodeOfLines(source)) {
    const innermost = functions.findLast(({ start, end }) => start <= offset && offset < end);
    if (innermost) innermost.ownLines += 1;
  }
  const lineAt = (offset: number) => source.text.slice(0, offset).split('\n').length;
  return functions.map(({ start, name, ownLines }) => ({ line: lineAt(start), name, ownLines }));
}

/** The offset of the first code in each line that has code. */
function firstCodeOfLines({ text, comments }: Source): number[] {
  let code = '';
  let end = 0;
  for (const comment of comments) {
    code += text.slice(end, comment.start) + text.slice(comment.start, comment.end).replace(/[^\n]/g, ' ');
    end = comment.end;
  }
  code += text.slice(end);
  return [...code.matchAll(/^[^\S\n]*(?=\S)/gm)].map((match) => match.index + match[0].length);
}
