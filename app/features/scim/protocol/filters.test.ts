import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Filter, readFilter, readValueFilter } from './filters.ts';
import { userType } from './schemas.ts';

const refused = (text: string) =>
  assert.throws(
    () => readFilter(userType, text),
    (error: { code?: string; extensions?: { scimType?: string } }) =>
      error.code === 'scim_invalid_filter' && error.extensions?.scimType === 'invalidFilter',
    text.slice(0, 100),
  );
const literalOf = (text: string) => (readFilter(userType, text) as Extract<Filter, { value: unknown }>).value;

describe('a filter', () => {
  it('reads strings as JSON, with every escape', () => {
    assert.equal(literalOf('userName eq "\\u00e9milie"'), 'émilie');
    assert.equal(literalOf('userName eq "a\\\\b\\"c\\n\\u005c"'), 'a\\b"c\n\\');
    assert.equal(literalOf('userName eq "] ) and ( ["'), '] ) and ( [');
  });

  it('with a part after the brackets asks one value for both', () => {
    const read = readFilter(userType, 'emails[type eq "work"].value eq "x"');
    assert.equal(read.op, '[]');
    const same = readFilter(userType, 'emails[(type eq "work") and value eq "x"]');
    assert.deepEqual(read, same);
  });

  it('is refused beyond its bounds, and before it can exhaust the stack', () => {
    refused(`userName eq "${'a'.repeat(2_000)}"`);
    refused(Array.from({ length: 41 }, () => 'title pr').join(' or '));
    refused(`${'('.repeat(11)}title pr${')'.repeat(11)}`);
    refused(`${'not '.repeat(480)}title pr`);
    assert.ok(readFilter(userType, Array.from({ length: 40 }, () => 'title pr').join(' or ')));
    assert.ok(readFilter(userType, `${'('.repeat(10)}title pr${')'.repeat(10)}`));
  });

  it('is refused where it does not fit the schema or the grammar', () => {
    const wrong = [
      ...[
        '',
        'userName',
        'userName eq',
        'eq "x"',
        'userName xx "x"',
        'userName eq x',
        'userName eq "x',
        'title pr and',
      ],
      ...[
        '(title pr',
        'title pr)',
        'shoeSize pr',
        'name.shoeSize pr',
        'name eq "x"',
        'title[type eq "x"]',
        'emails[shoeSize pr]',
      ],
      ...['active gt true', 'active co "t"', 'active eq "maybe"', 'title eq 7', 'title eq true', 'title gt null'],
      ...[
        'meta.created co "2026"',
        'meta.created gt "yesterday"',
        'title eq "\\ud800"',
        'title eq "\\u0000"',
        'title eq "\\x"',
      ],
      ...['emails[type eq "work"].value', 'emails[emails[type eq "x"]]', 'title pr title pr', 'members pr'],
    ];
    for (const text of wrong) refused(text);
  });

  it('in a path is bound to the parts of its list', () => {
    const emails = userType.schema.attributes.find(({ name }) => name === 'emails')!;
    assert.equal((readValueFilter(emails, 'TYPE Eq "work"') as { target: { name: string } }).target.name, 'type');
    assert.throws(() => readValueFilter(emails, 'userName pr'));
  });
});
