import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FIXTURE_KEYS_FILE, type FixtureKeys } from './fixture-keys.ts';
import { oneOfEach } from './testing/one-of-each.ts';
import { bench } from './testing.ts';

/** Keys that the fixtures still show, but this version of the API does not have: the subscription moved to `parent`. */
const GONE: Record<string, string[]> = { invoice: ['subscription'] };

test('every object has all keys that Stripe shows in its fixtures', async (t) => {
  const expected = JSON.parse(readFileSync(FIXTURE_KEYS_FILE, 'utf8')) as FixtureKeys;
  const { sandbox } = await bench(t);
  const objects = await oneOfEach(sandbox);
  for (const [kind, keys] of Object.entries(expected)) {
    const object = objects[kind];
    assert.ok(object, `there is a ${kind}`);
    const lacking = keys.filter((key) => !(key in object) && !GONE[kind]?.includes(key));
    assert.deepEqual(lacking, [], `keys that the ${kind} lacks`);
  }
});
