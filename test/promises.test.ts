/** docs/promises.md names a test for each promise. Each of them exists. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const ROW = /^\| .+ \| .+ \| `(?<file>[^`]+)`: "(?<title>[^"]+)" \|$/;

/** Titles with quotes are escaped in the source, and parts may be inserted. */
const plain = (text: string) => text.replaceAll('\\', '');

test('every promise names a test that exists', () => {
  const rows = readFileSync('docs/promises.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| promise'));
  assert.ok(rows.length > 30, `${rows.length} promises`);
  for (const row of rows) {
    const { file, title } = ROW.exec(row)?.groups ?? {};
    assert.ok(file && title, `no promise, bound and test: ${row}`);
    assert.ok(existsSync(file), `there is no ${file}`);
    assert.ok(plain(readFileSync(file, 'utf8')).includes(title), `${file} has no test "${title}"`);
  }
});
