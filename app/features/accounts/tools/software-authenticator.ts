/**
 * An authenticator and the browser around it, for tests and the demo: makes passkeys and signs with them, by the text of WebAuthn level 3 (sections 5.8.1,
 * 6.1 and 6.5), and can lie about each field.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

/** What differs from an honest authenticator in an honest browser. */
export interface Lies {
  origin?: string;
  rpId?: string;
  type?: string;
  challenge?: string;
  crossOrigin?: boolean;
  topOrigin?: string;
  userVerified?: boolean;
  userPresent?: boolean;
  backupEligible?: boolean;
  backedUp?: boolean;
  counter?: number;
  /** The id that the browser names. */
  id?: string;
  userHandle?: string;
  /** Signs with another key. */
  key?: KeyObject;
}

interface CreationOptions {
  challenge: string;
  rp: { id: string };
  user: { id: string };
  pubKeyCredParams: { alg: number }[];
}
interface RequestOptions {
  challenge: string;
  rpId: string;
}

export interface SoftwarePasskey {
  readonly id: string;
  /** The answer of `navigator.credentials.create`, as JSON. */
  readonly created: object;
  /** The answer of `navigator.credentials.get`, as JSON. */
  sign(options: RequestOptions, lies?: Lies): object;
}

const COSE: Readonly<Record<Algorithm, number>> = { ES256: -7, EdDSA: -8, RS256: -257 };
export const ORIGIN = 'https://app.example.com';

export interface AuthenticatorTraits {
  algorithm?: Algorithm;
  /** True for a passkey that is copied to other devices. */
  backupEligible?: boolean;
  /** True for an authenticator that counts its uses. */
  counts?: boolean;
  origin?: string;
}

/** Makes a passkey by the options of the service. */
export function createPasskey(
  options: CreationOptions,
  traits: AuthenticatorTraits = {},
  lies: Lies = {},
): SoftwarePasskey {
  const { algorithm = 'ES256', backupEligible = true, counts = false, origin = ORIGIN } = traits;
  const { publicKey, privateKey } = keyPair(algorithm);
  const credentialId = randomBytes(20);
  const id = credentialId.toString('base64url');
  let uses = counts ? 1 : 0;

  const data = (rpId: string, told: Lies, attested?: Buffer) => {
    const { userPresent = true, userVerified = true, backupEligible: be = backupEligible, backedUp = be } = told;
    const flags =
      Number(userPresent) |
      (Number(userVerified) << 2) |
      (Number(be) << 3) |
      (Number(backedUp) << 4) |
      (attested ? 64 : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(told.counter ?? uses);
    const rpIdHash = createHash('sha256')
      .update(told.rpId ?? rpId)
      .digest();
    return Buffer.concat([rpIdHash, Buffer.from([flags]), counter, attested ?? Buffer.alloc(0)]);
  };
  const client = (type: string, challenge: string, told: Lies) =>
    Buffer.from(
      JSON.stringify({
        type: told.type ?? type,
        challenge: told.challenge ?? challenge,
        origin: told.origin ?? origin,
        crossOrigin: told.crossOrigin ?? false,
        topOrigin: told.topOrigin,
      }),
    );

  const length = Buffer.alloc(2);
  length.writeUInt16BE(credentialId.length);
  const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, coseKey(algorithm, publicKey)]);
  const authData = data(options.rp.id, lies, attested);
  const attestationObject = Buffer.concat([
    ...[Buffer.from([0xa3]), cborText('fmt'), cborText('none'), cborText('attStmt'), Buffer.from([0xa0])],
    ...[cborText('authData'), cborBytes(authData)],
  ]);
  const common = (shown: string) => ({ id: shown, rawId: shown, type: 'public-key', clientExtensionResults: {} });
  return {
    id,
    created: {
      ...common(lies.id ?? id),
      authenticatorAttachment: 'platform',
      response: {
        clientDataJSON: client('webauthn.create', options.challenge, lies).toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
    },
    sign({ challenge, rpId }, told = {}) {
      if (counts) uses++;
      const authenticatorData = data(rpId, told);
      const clientDataJSON = client('webauthn.get', challenge, told);
      const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()]);
      const signature = sign(algorithm === 'EdDSA' ? null : 'sha256', signed, told.key ?? privateKey);
      return {
        ...common(told.id ?? id),
        response: {
          clientDataJSON: clientDataJSON.toString('base64url'),
          authenticatorData: authenticatorData.toString('base64url'),
          signature: signature.toString('base64url'),
          userHandle: told.userHandle ?? options.user.id,
        },
      };
    },
  };
}

export function keyPair(algorithm: Algorithm) {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return algorithm === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** COSE_Key (RFC 9053 sections 7.1 and 7.2, RFC 8230 section 4). */
function coseKey(algorithm: Algorithm, key: KeyObject): Buffer {
  const { x = '', y = '', n = '', e = '' } = key.export({ format: 'jwk' }) as Record<string, string>;
  const bytes = (text: string) => cborBytes(Buffer.from(text, 'base64url'));
  const [int, alg] = [cborInt, cborInt(COSE[algorithm])];
  const parts = {
    ES256: () => [int(1), int(2), int(3), alg, int(-1), int(1), int(-2), bytes(x), int(-3), bytes(y)],
    EdDSA: () => [int(1), int(1), int(3), alg, int(-1), int(6), int(-2), bytes(x)],
    RS256: () => [int(1), int(3), int(3), alg, int(-1), bytes(n), int(-2), bytes(e)],
  }[algorithm]();
  return Buffer.concat([Buffer.from([0xa0 | (parts.length / 2)]), ...parts]);
}

/** CBOR (RFC 8949), as much as is needed. */
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
}
const cborInt = (value: number) => (value < 0 ? head(1, -1 - value) : head(0, value));
const cborBytes = (bytes: Buffer) => Buffer.concat([head(2, bytes.length), bytes]);
const cborText = (text: string) => Buffer.concat([head(3, text.length), Buffer.from(text)]);
