import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('every behaviour that the README lists has the test that it names', () => {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const readme = readFileSync(`${folder}README.md`, 'utf8');
  const tests = globSync(`${folder}*.test.ts`)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const named = [...readme.matchAll(/^\| \[[^|]+\| (.+) \|$/gm)].map((match) => match[1]!);
  assert.ok(named.length > 40);
  assert.deepEqual(
    named.filter((name) => !tests.includes(`test('${name}'`)),
    [],
  );
});
