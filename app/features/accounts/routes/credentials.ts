/** What `PublicKeyCredential.toJSON()` makes in browsers (WebAuthn level 3, section 5.1). Fields that it adds later are let through. */
import { type TProperties, Type } from 'typebox';

const Base64Url = (description: string, maxLength = 20_000) =>
  Type.String({ minLength: 1, maxLength, description: `${description} In base64url.` });
const open = { additionalProperties: true };

function credential(title: string, response: TProperties) {
  const fields = {
    id: Base64Url('The id of the credential.', 2_000),
    rawId: Base64Url('The same.', 2_000),
    type: Type.String({ maxLength: 20, description: '`public-key`.' }),
    response: Type.Object(
      { clientDataJSON: Base64Url('What the browser has seen.'), ...response },
      { title: `${title}Response`, ...open },
    ),
    clientExtensionResults: Type.Optional(Type.Unknown()),
    authenticatorAttachment: Type.Optional(Type.Unknown()),
  };
  return Type.Object(fields, { title, ...open });
}

export const CreatedCredentialSchema = credential('CreatedCredential', {
  attestationObject: Base64Url('The public key, and what it is.'),
  transports: Type.Optional(Type.Array(Type.String({ maxLength: 30 }), { maxItems: 10 })),
});

export const SignedCredentialSchema = credential('SignedCredential', {
  authenticatorData: Base64Url('What the authenticator has checked.'),
  signature: Base64Url('The signature.'),
  userHandle: Type.Optional(Type.Unknown({ description: 'The id of the account, in base64url.' })),
});

const id = 'c2l4dGVlbiByYW5kb20h';
const clientDataJSON = 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0';
export const exampleCreated = {
  ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
  response: { clientDataJSON, attestationObject: 'o2NmbXRkbm9uZQ', transports: ['internal'] },
};
export const exampleSigned = {
  ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
  response: { clientDataJSON, authenticatorData: 'SZYN5Q', signature: 'MEUCIQ', userHandle: 'AZidXnoLfMGPDgxaPp0bLw' },
};
