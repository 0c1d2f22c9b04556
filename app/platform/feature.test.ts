import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildOrder } from './feature.ts';

describe('features are built', () => {
  it('after the features that they need, whatever the order of the list', () => {
    const order = buildOrder({
      billing: { needs: ['audit', 'organizations'] },
      organizations: { needs: ['accounts'] },
      audit: { needs: [] },
      accounts: { needs: ['audit'] },
    });
    assert.deepEqual(order, ['audit', 'accounts', 'organizations', 'billing']);
  });

  it('only if every need is a feature and there is no cycle', () => {
    assert.throws(() => buildOrder({ billing: { needs: ['audit'] } }), /billing needs audit, which is no line of/);
    const ring = { a: { needs: ['b'] }, b: { needs: ['c'] }, c: { needs: ['a'] } };
    assert.throws(() => buildOrder(ring), /features need each other: a -> b -> c -> a/);
  });
});
