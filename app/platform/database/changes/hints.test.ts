/** Hints leave outside of transactions. That they arrive is tested where they are used: `jobs`, `webhooks`. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { it } from 'node:test';

it('no statement notifies by itself: PostgreSQL would let the transactions that do commit one at a time', async () => {
  const notifying: string[] = [];
  for await (const file of glob('app/**/*.ts', { exclude: ['**/*.test.ts', '**/testing/**'] })) {
    const text = await readFile(file, 'utf8');
    if (/\bpg_notify\s*\(|[`'"]\s*notify\s/i.test(text)) notifying.push(file);
  }
  assert.deepEqual(notifying, ['app/platform/database/database.ts']);
});
