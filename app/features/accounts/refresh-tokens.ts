/**
 * Refresh tokens: `user id . session id . generation . HMAC-SHA256(session secret, the three before)`, base64url. Nothing about a
 * token is stored but its session's secret and current generation, so any number of them costs one row.
 */
import { createHmac } from 'node:crypto';
import { equalSecrets, uuidFromBytes, uuidToBytes } from '../../platform/security/random.ts';

export interface RefreshToken {
  readonly userId: string;
  readonly sessionId: string;
  readonly generation: number;
  readonly mac: Uint8Array;
}

const SIGNED_LENGTH = 16 + 16 + 4;
const MAC_LENGTH = 32;
const TOKEN = /^[A-Za-z0-9_-]{91}$/;

/** The refresh token of a session's generation: the same inputs give the same token. */
export function formatRefreshToken(userId: string, sessionId: string, generation: number, secret: Uint8Array): string {
  const signed = signedPart(userId, sessionId, generation);
  return Buffer.concat([signed, mac(signed, secret)]).toString('base64url');
}

/** @returns null when the text cannot be a refresh token */
export function parseRefreshToken(text: string): RefreshToken | null {
  if (!TOKEN.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== SIGNED_LENGTH + MAC_LENGTH || bytes.toString('base64url') !== text) return null;
  return {
    userId: uuidFromBytes(bytes.subarray(0, 16)),
    sessionId: uuidFromBytes(bytes.subarray(16, 32)),
    generation: bytes.readUInt32BE(32),
    mac: bytes.subarray(SIGNED_LENGTH),
  };
}

/** True if the token was made with this secret. */
export function isGenuine(token: RefreshToken, secret: Uint8Array): boolean {
  return equalSecrets(mac(signedPart(token.userId, token.sessionId, token.generation), secret), token.mac);
}

function signedPart(userId: string, sessionId: string, generation: number): Buffer {
  const part = Buffer.alloc(SIGNED_LENGTH);
  uuidToBytes(userId).copy(part, 0);
  uuidToBytes(sessionId).copy(part, 16);
  part.writeUInt32BE(generation, 32);
  return part;
}

function mac(signed: Uint8Array, secret: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(signed).digest();
}
