/**
 * WebAuthn ceremonies (level 3, sections 7.1 and 7.2): the options that a browser gets, and the checks of what it answers. Signatures and
 * formats are checked by @simplewebauthn/server; frames, credential ids, backup eligibility and counters by us.
 */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { uuidToBytes } from '../../../platform/security/random.ts';
import type { passkeys } from './schema.ts';

export type Passkey = typeof passkeys.$inferSelect;
export type CreationOptions = PublicKeyCredentialCreationOptionsJSON;
export type RequestOptions = PublicKeyCredentialRequestOptionsJSON;
export type CreatedCredential = RegistrationResponseJSON;
export type SignedCredential = AuthenticationResponseJSON;

/** What a browser shows and checks about us. */
export interface RelyingParty {
  readonly id: string;
  readonly name: string;
  /** The origins of pages that may use our passkeys. */
  readonly origins: readonly string[];
  /** The origins of pages that may have ours in a frame. */
  readonly topOrigins: readonly string[];
}

export type NewPasskey = Pick<
  Passkey,
  'credentialId' | 'publicKey' | 'counter' | 'transports' | 'aaguid' | 'backupEligible' | 'backedUp'
>;

export interface Assertion {
  readonly counter: number;
  readonly backedUp: boolean;
  /** True if the authenticator has verified the person, by a PIN or a fingerprint. Then it is two factors at once. */
  readonly userVerified: boolean;
}

export interface Ceremonies {
  /** @param challenge base64url @param existing passkeys of the person, which are not made again */
  creationOptions(
    user: { id: string; email: string; name: string | null },
    challenge: string,
    existing: readonly Pick<Passkey, 'credentialId' | 'transports'>[],
  ): Promise<CreationOptions>;
  /** @param allowed the passkeys that may sign; without them, any that the browser finds */
  requestOptions(
    challenge: string,
    allowed?: readonly Pick<Passkey, 'credentialId' | 'transports'>[],
  ): Promise<RequestOptions>;
  /** @returns undefined for an answer that is not right */
  verifyCreation(answer: CreatedCredential, challenge: string): Promise<NewPasskey | undefined>;
  /** The signature of a passkey. The counter is not judged here. @returns undefined for an answer that is not right */
  verifyAssertion(answer: SignedCredential, challenge: string, passkey: Passkey): Promise<Assertion | undefined>;
}

/** EdDSA, ES256 and RS256 (RFC 9053): every browser has one of them, and every runtime of ours verifies all. */
export const ALGORITHMS = [-8, -7, -257];
const TIMEOUT_MS = 5 * 60_000;
/** Loaded by the first ceremony: it has 330 modules and takes 8 MB. */
const webauthn = () => import('@simplewebauthn/server');

export function createCeremonies({ id: rpID, name: rpName, origins, topOrigins }: RelyingParty): Ceremonies {
  const expectedOrigin = [...origins];

  /** A page of ours in a frame of another site could be made to look like a part of that site. */
  function isOwnPage(clientDataJSON: string): boolean {
    const { crossOrigin, topOrigin } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()) as {
      crossOrigin?: unknown;
      topOrigin?: unknown;
    };
    if (crossOrigin !== true && topOrigin === undefined) return true;
    return typeof topOrigin === 'string' && topOrigins.includes(topOrigin);
  }

  return {
    creationOptions: async ({ id, email, name }, challenge, existing) =>
      (await webauthn()).generateRegistrationOptions({
        ...{ rpID, rpName, timeout: TIMEOUT_MS, supportedAlgorithmIDs: ALGORITHMS, attestationType: 'none' },
        challenge: bytes(challenge),
        userID: new Uint8Array(uuidToBytes(id)),
        userName: email,
        userDisplayName: name ?? email,
        excludeCredentials: existing.map(describe),
        authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
      }),

    requestOptions: async (challenge, allowed) =>
      (await webauthn()).generateAuthenticationOptions({
        ...{ rpID, timeout: TIMEOUT_MS, userVerification: 'preferred' },
        challenge: bytes(challenge),
        ...(allowed && { allowCredentials: allowed.map(describe) }),
      }),

    verifyCreation: (answer, expectedChallenge) =>
      refusing(async ({ verifyRegistrationResponse }) => {
        if (!isOwnPage(answer.response.clientDataJSON)) return undefined;
        const { verified, registrationInfo } = await verifyRegistrationResponse({
          ...{ response: answer, expectedChallenge, expectedOrigin, expectedRPID: rpID },
          ...{ requireUserVerification: false, supportedAlgorithmIDs: ALGORITHMS },
        });
        if (!verified) return undefined;
        const { credential, aaguid, credentialDeviceType, credentialBackedUp } = registrationInfo;
        // The id that the browser names is not signed; the one in the authenticator's data is.
        if (credential.id !== answer.id) return undefined;
        return {
          credentialId: Buffer.from(credential.id, 'base64url'),
          publicKey: Buffer.from(credential.publicKey),
          counter: credential.counter,
          transports: [...(answer.response.transports ?? [])],
          aaguid,
          backupEligible: credentialDeviceType === 'multiDevice',
          backedUp: credentialBackedUp,
        };
      }),

    verifyAssertion: (answer, expectedChallenge, { userId, credentialId, publicKey, backupEligible }) =>
      refusing(async ({ verifyAuthenticationResponse }) => {
        const id = credentialId.toString('base64url');
        const { userHandle } = answer.response;
        if (answer.id !== id || !isOwnPage(answer.response.clientDataJSON)) return undefined;
        if (userHandle && !Buffer.from(userHandle, 'base64url').equals(uuidToBytes(userId))) return undefined;
        const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
          ...{
            response: answer,
            expectedChallenge,
            expectedOrigin,
            expectedRPID: rpID,
            requireUserVerification: false,
          },
          ...(topOrigins.length > 0 && { expectedTopOrigin: [...topOrigins] }),
          // The library compares counters before it checks the signature, and so would believe a counter that nobody has signed.
          credential: { id, publicKey: new Uint8Array(publicKey), counter: 0 },
        });
        if (!verified || (info.credentialDeviceType === 'multiDevice') !== backupEligible) return undefined;
        return { counter: info.newCounter, backedUp: info.credentialBackedUp, userVerified: info.userVerified };
      }),
  };
}

const bytes = (challenge: string) => new Uint8Array(Buffer.from(challenge, 'base64url'));

const describe = ({ credentialId, transports }: Pick<Passkey, 'credentialId' | 'transports'>) => ({
  id: credentialId.toString('base64url'),
  transports,
});

/** The library throws for each answer that is not right, whoever is at fault. */
async function refusing<T>(
  verify: (library: Awaited<ReturnType<typeof webauthn>>) => Promise<T | undefined>,
): Promise<T | undefined> {
  const library = await webauthn();
  try {
    return await verify(library);
  } catch {
    return undefined;
  }
}
