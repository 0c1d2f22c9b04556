/** What PATCH does to a resource, in the shapes that directories send, and against a simple model. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { applyPatch, readPatch } from './patch.ts';
import { groupType, userType } from './schemas.ts';
import { readResource, type Values } from './values.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const USER = readResource(userType, {
  userName: 'grace@else.example',
  active: true,
  name: { givenName: 'Grace', familyName: 'Hopper' },
  emails: [
    { value: 'grace@else.example', type: 'work', primary: true },
    { value: 'grace@home.example', type: 'home' },
  ],
});

const patch = (...operations: object[]): Values => applyPatch(USER, readPatch(userType, { Operations: operations }));
const members = (before: string[], ...operations: object[]): unknown =>
  (
    applyPatch(
      { displayName: 'G', members: before.map((value) => ({ value })) },
      readPatch(groupType, { Operations: operations }),
    ).members as { value: string }[] | undefined
  )?.map(({ value }) => value);
const coded = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

describe('a PATCH', () => {
  it('of Entra ID without a path takes its dotted and filtered keys for paths', () => {
    const result = patch({
      op: 'Replace',
      value: {
        'name.familyName': 'Murray',
        'emails[type eq "work"].value': 'new@else.example',
        [`${ENTERPRISE}:department`]: 'Research',
        active: 'False',
      },
    });
    assert.deepEqual(result.name, { givenName: 'Grace', familyName: 'Murray' });
    assert.equal((result.emails as Values[])[0]!.value, 'new@else.example');
    assert.deepEqual(result[ENTERPRISE], { department: 'Research' });
    assert.equal(result.active, false);
  });

  it('reads True and False, in whichever spelling, and refuses other words', () => {
    for (const value of ['False', 'false', 'FALSE', false])
      assert.equal(patch({ op: 'replace', path: 'active', value }).active, false);
    for (const value of ['no', 0, {}, 'disabled'])
      assert.throws(() => patch({ op: 'replace', path: 'active', value }), coded('scim_invalid_value'));
  });

  it('leaves one primary value: the last that was said to be', () => {
    const added = patch({ op: 'add', path: 'emails', value: [{ value: 'third@else.example', primary: true }] });
    assert.deepEqual(
      (added.emails as Values[]).map(({ primary }) => primary === true),
      [false, false, true],
    );
    const chosen = patch({ op: 'replace', path: 'emails[type eq "home"].primary', value: 'True' });
    assert.deepEqual(
      (chosen.emails as Values[]).map(({ primary }) => primary === true),
      [false, true],
    );
    const both = [
      { value: 'a@else.example', primary: true },
      { value: 'b@else.example', primary: true },
    ];
    const replaced = patch({ op: 'replace', path: 'emails', value: both });
    assert.deepEqual(
      (replaced.emails as Values[]).map(({ primary }) => primary === true),
      [false, true],
    );
  });

  it('keeps the parts of a name that it does not name, with and without a path', () => {
    const kept = { givenName: 'Amazing', familyName: 'Hopper' };
    assert.deepEqual(patch({ op: 'replace', path: 'name', value: { givenName: 'Amazing' } }).name, kept);
    assert.deepEqual(patch({ op: 'replace', value: { name: { givenName: 'Amazing' } } }).name, kept);
    assert.deepEqual(patch({ op: 'replace', value: { name: { givenName: 'Amazing', familyName: null } } }).name, {
      givenName: 'Amazing',
    });
  });

  it('takes an extension by its URN, as an object and by paths', () => {
    const wanted = { department: 'Research', manager: { value: 'm-1' } };
    const whole = { department: 'Research', manager: 'm-1' };
    assert.deepEqual(patch({ op: 'add', value: { [ENTERPRISE]: whole } })[ENTERPRISE], wanted);
    assert.deepEqual(patch({ op: 'add', path: ENTERPRISE, value: whole })[ENTERPRISE], wanted);
    const byPaths = patch(
      { op: 'add', path: `${ENTERPRISE}:department`, value: 'Research' },
      { op: 'add', path: `${ENTERPRISE}:manager`, value: [{ value: 'm-1', $ref: '' }] },
    );
    assert.deepEqual(byPaths[ENTERPRISE], wanted);
    assert.equal(
      patch({ op: 'add', path: ENTERPRISE, value: whole }, { op: 'remove', path: ENTERPRISE })[ENTERPRISE],
      undefined,
    );
  });

  it('finds attributes and types without regard to case, and spells them as the schema does', () => {
    const result = patch(
      { op: 'ADD', path: 'DISPLAYNAME', value: 'Grace' },
      { op: 'remove', path: 'EMAILS[TYPE eq "Home"]' },
    );
    assert.deepEqual(
      Object.keys(result).filter((key) => /displayname/i.test(key)),
      ['displayName'],
    );
    assert.equal((result.emails as Values[]).length, 1);
  });

  it('takes null, an empty text and an empty list for no value', () => {
    for (const value of [null, ''])
      assert.equal(patch({ op: 'replace', path: 'name.givenName', value }).name === undefined, false);
    assert.deepEqual(patch({ op: 'replace', path: 'name.givenName', value: null }).name, { familyName: 'Hopper' });
    assert.equal('emails' in patch({ op: 'replace', path: 'emails', value: [] }), false);
  });

  it('adds what a filter of equalities describes where nothing matches, and refuses any other', () => {
    const emails = patch({ op: 'add', path: 'emails[type eq "other"].value', value: 'o@else.example' })
      .emails as Values[];
    assert.deepEqual(emails[2], { type: 'other', value: 'o@else.example' });
    const vague = { op: 'replace', path: 'emails[type co "oth"].value', value: 'o@else.example' };
    assert.throws(() => patch(vague), coded('scim_no_target'));
  });

  it('takes one value for a filter that needs two of its parts', () => {
    const path = 'emails[type eq "home" and value eq "grace@else.example"].display';
    const result = patch({ op: 'remove', path });
    assert.deepEqual(result, USER);
  });

  it('adds a member twice once, and removes those that Entra ID lists', () => {
    const [a, b, c] = ['a', 'b', 'c'];
    assert.deepEqual(members([a!], { op: 'add', path: 'members', value: [{ value: a }, { value: b }, { value: b }] }), [
      a,
      b,
    ]);
    assert.deepEqual(members([a!, b!, c!], { op: 'Remove', path: 'members', value: [{ value: b }, { value: c }] }), [
      a,
    ]);
    assert.deepEqual(members([a!, b!], { op: 'remove', path: `members[value eq "${a}"]` }), [b]);
    assert.deepEqual(members([a!], { op: 'remove', path: 'members[value eq "nobody"]' }), [a]);
    assert.equal(members([a!], { op: 'remove', path: `members[value eq "${a}"]` }), undefined);
    assert.equal(members([a!, b!], { op: 'remove', path: 'members' }), undefined);
    assert.deepEqual(members([a!], { op: 'replace', path: 'members', value: [{ value: c }] }), [c]);
    assert.deepEqual(members([a!], { op: 'replace', value: { id: 'x', displayName: 'H', members: [{ value: c }] } }), [
      c,
    ]);
  });

  it('leaves the resource that it is given as it is, also when it fails', () => {
    const before = structuredClone(USER);
    patch({ op: 'remove', path: 'emails' });
    assert.throws(() =>
      patch({ op: 'remove', path: 'emails' }, { op: 'replace', path: 'emails[value co "x"].type', value: 'x' }),
    );
    assert.deepEqual(USER, before);
  });

  it('says which part of the request is wrong', () => {
    const cases: [object | object[], string][] = [
      [{ op: 'replace', path: 'shoeSize', value: 38 }, 'scim_invalid_path'],
      [{ op: 'replace', path: 'name.shoeSize', value: 38 }, 'scim_invalid_path'],
      [{ op: 'replace', path: 'title[type eq "x"]', value: 38 }, 'scim_invalid_path'],
      [{ op: 'replace', path: 'emails[type eq]', value: 'x' }, 'scim_invalid_filter'],
      [{ op: 'replace', path: 'id', value: 'x' }, 'scim_mutability'],
      [{ op: 'replace', path: 'groups', value: [] }, 'scim_mutability'],
      [{ op: 'remove', path: 'userName' }, 'scim_mutability'],
      [{ op: 'remove' }, 'scim_no_target'],
      [{ op: 'move', path: 'title' }, 'scim_invalid_syntax'],
      [{ op: 'replace', path: 7 }, 'scim_invalid_syntax'],
      [{ op: 'replace', value: 'x' }, 'scim_invalid_value'],
      [{ op: 'replace', path: 'title', value: { a: 1 } }, 'scim_invalid_value'],
      [{ op: 'replace', path: 'name', value: 'Grace' }, 'scim_invalid_value'],
    ];
    for (const [operation, code] of cases)
      assert.throws(() => patch(operation as object), coded(code), `${JSON.stringify(operation)} -> ${code}`);
    for (const body of [
      undefined,
      null,
      [],
      {},
      { Operations: [] },
      { Operations: 'x' },
      { schemas: ['x'], Operations: [{}] },
    ])
      assert.throws(() => readPatch(userType, body), coded('scim_invalid_syntax'));
  });
});

/** A list of members as a set, and single attributes as a map: what PATCH means, without paths or schemas. */
type Step =
  | { kind: 'set'; name: string; value: string }
  | { kind: 'unset'; name: string }
  | { kind: 'add' | 'take' | 'only'; ids: string[] };

const name = fc.constantFrom('title', 'nickName', 'userType', 'name.givenName', 'name.familyName');
const ids = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), name, value: fc.string({ minLength: 1, maxLength: 5 }) }),
  fc.record({ kind: fc.constant('unset' as const), name }),
  fc.record({ kind: fc.constantFrom('add' as const, 'take' as const, 'only' as const), ids }),
);

describe('sequences of PATCHes', () => {
  it('do to a resource what they do to a map and a set, in any shape', () => {
    const shapes = fc.array(fc.tuple(step, fc.nat(2)), { maxLength: 20 });
    fc.assert(
      fc.property(shapes, (steps) => {
        const model = { singles: new Map<string, string>(), emails: new Set<string>() };
        let resource: Values = {};
        for (const [one, shape] of steps) {
          applyToModel(model, one);
          resource = applyPatch(resource, readPatch(userType, { Operations: operationsOf(one, shape) }));
        }
        const {
          name: parts = {},
          emails = [],
          ...singles
        } = resource as { name?: object; emails?: { value: string }[] };
        const found = {
          ...singles,
          ...Object.fromEntries(Object.entries(parts).map(([key, value]) => [`name.${key}`, value])),
        };
        assert.deepEqual(found, Object.fromEntries(model.singles));
        assert.deepEqual(new Set(emails.map(({ value }) => value)), model.emails);
        assert.equal(emails.length, model.emails.size);
      }),
      { numRuns: 2_000 },
    );
  });
});

function applyToModel({ singles, emails }: { singles: Map<string, string>; emails: Set<string> }, one: Step): void {
  if (one.kind === 'set') singles.set(one.name, one.value);
  else if (one.kind === 'unset') singles.delete(one.name);
  else {
    if (one.kind === 'only') emails.clear();
    for (const id of one.ids) emails[one.kind === 'take' ? 'delete' : 'add'](id);
  }
}

/** The same change as different directories write it. */
function operationsOf(one: Step, shape: number): object[] {
  if (one.kind === 'set') {
    const { name: path, value } = one;
    const [parent, sub] = path.split('.');
    const whole = sub ? { [parent!]: { [sub]: value } } : { [path]: value };
    return [
      [{ op: 'replace', path, value }],
      [{ op: 'Add', value: whole }],
      [{ op: 'replace', value: { [path.toUpperCase()]: value } }],
    ][shape]!;
  }
  if (one.kind === 'unset')
    return [
      [{ op: 'remove', path: one.name }],
      [{ op: 'Replace', path: one.name, value: null }],
      [{ op: 'replace', value: { [one.name]: '' } }],
    ][shape]!;
  const values = one.ids.map((value) => ({ value }));
  const path = 'emails';
  if (one.kind === 'only') return [{ op: 'replace', path, value: values }];
  if (one.kind === 'add')
    return shape === 0
      ? [{ op: 'add', path, value: values }]
      : values.map((value) => ({ op: 'Add', path, value: shape === 1 ? value : [value] }));
  return shape === 0
    ? [{ op: 'remove', path, value: values }]
    : one.ids.map((id) => ({ op: 'Remove', path: `emails[value eq "${id}"]` }));
}
