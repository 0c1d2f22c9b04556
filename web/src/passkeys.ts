/** Passkeys, as browsers make and use them (WebAuthn level 3). Options and answers are the JSON of the API. */
import type { CreatedCredential, SignedCredential } from '@plinth/client/types';

/** False in browsers without passkeys, and in those that cannot read the options. */
export const canUsePasskeys = (): boolean =>
  'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

/** Makes a passkey. @throws DOMException, e.g. `InvalidStateError` if the authenticator has one of this account */
export async function makePasskey(options: unknown): Promise<CreatedCredential> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  return made.toJSON() as CreatedCredential;
}

/** Has the person choose and use a passkey. @throws DOMException `NotAllowedError` if they cancel, or have none */
export async function askForPasskey(options: unknown): Promise<SignedCredential> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  const used = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  return used.toJSON() as SignedCredential;
}
