import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { createValidatorCompiler } from './schema-compilers.ts';
import { Id, Nullable } from './schemas.ts';

const CAPITALS = '01989D5E-7A0B-7CC1-8F0E-0C5A3E9D1B2F';
const id = CAPITALS.toLowerCase();

test('handlers find UUIDs in lower case, wherever they stand in a body or a query, and all other text as it was sent', () => {
  const schema = Type.Object({
    one: Id('one'),
    none: Nullable(Id('none')),
    many: Type.Array(Type.Object({ id: Id('each') })),
    text: Type.String(),
  });
  for (const httpPart of ['body', 'querystring']) {
    const validate = createValidatorCompiler()({ schema, httpPart, method: 'POST', url: '/' });
    const data = { one: CAPITALS, none: CAPITALS, many: [{ id: CAPITALS }], text: CAPITALS };
    assert.equal(validate(data), true, httpPart);
    assert.deepEqual(data, { one: id, none: id, many: [{ id }], text: CAPITALS }, httpPart);
  }
});
