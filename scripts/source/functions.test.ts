import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSource } from './files.ts';
import { functionsOf } from './functions.ts';

const TEXT = `
export function outer(list: string[]) {
  // A comment counts for nothing,

  /* and neither
     does this one. */
  const inner = (one: string) => {
    return one;
  }; // a line of inner, as it starts with its brace
  list.map((one) => one.length);
  return list.map((one) => {
    const text = \`
      // is text, and no comment\`;
    return text + inner(one);
  });
}

export class Holder {
  field = () => 1;
  method() {
    return { key: () => 2 };
  }
}
`;

test('a line with code belongs to the innermost function around its first code, and counts once', () => {
  const measured = functionsOf(parseSource('a.ts', TEXT)).map(({ line, name, ownLines }) => [name, line, ownLines]);
  assert.deepEqual(measured, [
    ['outer', 2, 5],
    ['inner', 7, 2],
    ['a function', 10, 0],
    ['a function', 11, 4],
    ['field', 19, 0],
    ['method', 20, 2],
    ['key', 21, 0],
  ]);
});

test('a text that is not TypeScript is an error, not an empty file', () => {
  assert.throws(() => parseSource('a.ts', 'import {'), /a.ts cannot be parsed/);
});
