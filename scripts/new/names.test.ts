import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NameError, namesOf, spellingsOf } from './names.ts';

test('a name has every spelling that the code needs', () => {
  const names = namesOf('feature-flags', undefined, []);
  assert.deepEqual(
    [names.kebab, names.camels, names.Pascal, names.snakes, names.word],
    ['feature-flag', 'featureFlags', 'FeatureFlag', 'feature_flags', 'feature flag'],
  );
  for (const [plural, singular] of Object.entries({
    companies: 'company',
    boxes: 'box',
    batches: 'batch',
    keys: 'key',
  }))
    assert.equal(namesOf(plural, undefined, []).kebab, singular);
});

test('a name that cannot be used is refused, and the message says why', () => {
  const refused: [plural: string, singular: string | undefined, why: RegExp][] = [
    ['', undefined, /"" is not a name/],
    ['Projects', undefined, /use lower case/],
    ['feature_flags', undefined, /dashes/],
    ['../projects', undefined, /is not a name/],
    ['projects-', undefined, /is not a name/],
    ['1projects', undefined, /is not a name/],
    [`${'a'.repeat(40)}s`, undefined, /longer than 40/],
    ['classes', 'class', /"class" is reserved/],
    ['migrations', undefined, /"migrations" is reserved/],
    ['docs', undefined, /reserved/],
    ['sheep', 'sheep', /must differ/],
    ['projects', undefined, /"projects" exists already/],
    ['feature-flags', undefined, /"feature_flags" exists already/],
    ['users', undefined, /exists already/],
  ];
  for (const [plural, singular, why] of refused)
    assert.throws(
      () => namesOf(plural, singular, ['projects', 'feature_flags', 'users']),
      (error) => error instanceof NameError && why.test(error.message),
      `${plural}: ${why}`,
    );
});

test('a plural whose singular cannot be guessed needs one', () => {
  for (const plural of ['people', 'sheep', 'status', 'analysis', 'data', 'news-glass'])
    assert.throws(() => namesOf(plural, undefined, []), /cannot be guessed.*--singular/s, plural);
  assert.equal(namesOf('people', 'person', []).Pascal, 'Person');
});

test('the name of an operation, an email or a job follows the same rules', () => {
  assert.deepEqual(spellingsOf('send-again'), {
    ...{ name: 'send-again', nameCamel: 'sendAgain', NamePascal: 'SendAgain' },
    ...{ nameSnake: 'send_again', nameWords: 'send again' },
  });
  for (const name of ['', 'Archive', 'a b', 'delete', '../x']) assert.throws(() => spellingsOf(name), NameError, name);
});
