import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createSealer } from './sealing.ts';

const OLD = 'an-old-secret-that-is-long-enough-to-be-one';
const NEW = 'the-new-secret-that-is-long-enough-to-be-one';
const PURPOSE = 'sessions.secret';
const bytes = () => fc.uint8Array({ maxLength: 200 });

describe('a sealed value', () => {
  const sealer = createSealer([OLD]);

  it('opens to the original bytes or text', () => {
    fc.assert(
      fc.property(bytes(), (plain) =>
        assert.deepEqual(sealer.open(PURPOSE, sealer.seal(PURPOSE, plain)), Buffer.from(plain)),
      ),
    );
    assert.equal(sealer.open(PURPOSE, sealer.seal(PURPOSE, 'grüße 👋')).toString(), 'grüße 👋');
  });

  it('opens from a view into a larger buffer, as the database driver returns it', () => {
    const sealed = sealer.seal(PURPOSE, 'text');
    const larger = Buffer.concat([Buffer.alloc(7), sealed, Buffer.alloc(9)]);
    const view = new Uint8Array(larger.buffer, larger.byteOffset + 7, sealed.length);
    assert.equal(sealer.open(PURPOSE, view).toString(), 'text');
  });

  it('is different each time, and reveals nothing of the text', () => {
    const sealed = Array.from({ length: 100 }, () => sealer.seal(PURPOSE, 'k4n4ry').toString('latin1'));
    assert.equal(new Set(sealed).size, 100);
    assert.ok(sealed.every((each) => !each.includes('k4n4ry')));
  });

  it('does not open for another purpose', () => {
    const sealed = sealer.seal(PURPOSE, 'text');
    for (const other of ['sessions.secre', 'sessions.secret ', 'email_messages.data', '']) {
      assert.throws(() => sealer.open(other, sealed));
    }
  });

  it('does not open with any bit changed or any byte removed', () => {
    const sealed = sealer.seal(PURPOSE, 'a text');
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      assert.throws(() => sealer.open(PURPOSE, changed), `bit ${bit}`);
    }
    for (let length = 0; length < sealed.length; length++)
      assert.throws(() => sealer.open(PURPOSE, sealed.subarray(0, length)));
    fc.assert(fc.property(bytes(), (garbage) => assert.throws(() => sealer.open(PURPOSE, garbage))));
  });
});

describe('a rotation of the secret', () => {
  const before = createSealer([OLD]);
  const during = createSealer([NEW, OLD]);
  const after = createSealer([NEW]);

  it('opens values sealed with the old secret, and seals with the new one', () => {
    assert.equal(during.open(PURPOSE, before.seal(PURPOSE, 'old')).toString(), 'old');
    assert.equal(after.open(PURPOSE, during.seal(PURPOSE, 'new')).toString(), 'new');
    assert.throws(() => before.open(PURPOSE, during.seal(PURPOSE, 'new')));
  });

  it('that is complete does not open old values, and says why', () => {
    assert.throws(() => after.open(PURPOSE, before.seal(PURPOSE, 'old')), /APP_SECRET that is no longer configured/);
  });

  it('derives a key per secret, in the order of the secrets', () => {
    assert.deepEqual(during.deriveKeys('cursor'), [after.deriveKey('cursor'), before.deriveKey('cursor')]);
    assert.deepEqual(during.deriveKey('cursor'), after.deriveKey('cursor'));
    assert.notDeepEqual(during.deriveKey('cursor'), during.deriveKey('other'));
  });
});

it('a sealer without a secret is refused', () => {
  assert.throws(() => createSealer([]));
});
