/** The test vectors of the W3C (WebAuthn level 3, section 16), through the real checks. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Assertion, createCeremonies, type NewPasskey, type Passkey } from './ceremonies.ts';

interface Vector {
  name: string;
  credentialId: string;
  registration: { challenge: string; clientDataJSON: string; attestationObject: string };
  authentication: { challenge: string; clientDataJSON: string; authenticatorData: string; signature: string };
}

const vectors: Vector[] = JSON.parse(readFileSync('test/vectors/webauthn/level-3.json', 'utf8'));
const base64url = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
const encoded = <T extends Record<string, string>>(fields: T) =>
  Object.fromEntries(Object.entries(fields).map(([name, hex]) => [name, base64url(hex)])) as T;

const party = { id: 'example.org', name: 'Example', origins: ['https://example.org'], topOrigins: [] };
const strict = createCeremonies(party);
const framed = createCeremonies({ ...party, topOrigins: ['https://example.com'] });

/** Both ceremonies of a vector. @param broken a field of the answer whose last byte is changed */
async function run({ credentialId, registration, authentication }: Vector, ceremonies = strict, broken?: string) {
  const flip = (hex: string) => hex.slice(0, -2) + (hex.endsWith('00') ? '01' : '00');
  const part = <T extends Record<string, string>>(fields: T) =>
    encoded(
      Object.fromEntries(Object.entries(fields).map(([name, hex]) => [name, name === broken ? flip(hex) : hex])) as T,
    );
  const id = base64url(credentialId);
  const common = { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} };
  const { challenge: made, ...created } = encoded(registration);
  const passkey = await ceremonies.verifyCreation({ ...common, response: { ...created } }, made);
  const { challenge, ...signed } = part(authentication);
  const stored = { ...passkey, userId: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f' } as Passkey;
  const assertion = passkey && (await ceremonies.verifyAssertion({ ...common, response: signed }, challenge, stored));
  return [passkey, assertion] as [NewPasskey | undefined, Assertion | undefined];
}

describe('the test vectors of WebAuthn level 3', () => {
  /**
   * The others use a kind of key that we do not offer, or a frame, or an attestation by a root of the W3C's own. We ask for no attestation,
   * so that browsers send none.
   */
  const ACCEPTED = [
    'none-es256',
    'packed-self-es256',
    'none-es256-long-credential-id',
    'packed-es256',
    'packed-rs256',
    'packed-eddsa',
  ];
  it('have each kind of key that we offer, and others', () => assert.equal(vectors.length, 15));

  for (const vector of vectors) {
    const isAccepted = ACCEPTED.includes(vector.name);
    it(`${vector.name} is ${isAccepted ? 'accepted, and not with one byte changed' : 'refused'}`, async () => {
      const [passkey, assertion] = await run(vector);
      assert.deepEqual([passkey !== undefined, assertion !== undefined], [isAccepted, isAccepted]);
      if (!isAccepted) return;
      assert.equal(passkey!.credentialId.toString('hex'), vector.credentialId);
      for (const field of Object.keys(vector.authentication)) {
        assert.equal((await run(vector, strict, field))[1], undefined, field);
      }
    });
  }

  it('in a frame is accepted where settings name the page around it', async () => {
    const [inFrame, crossOrigin] = ['none-es256-topOrigin', 'none-es256-crossOrigin'].map(
      (name) => vectors.find((vector) => vector.name === name)!,
    );
    assert.ok((await run(inFrame!, framed))[1]);
    assert.equal((await run(crossOrigin!, framed))[0], undefined, 'this browser does not say which page');
  });
});
