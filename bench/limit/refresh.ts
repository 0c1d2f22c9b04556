/** The limit of a refresh, written as most services write it: lock the row, check it, update it. */
import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import type { Sql } from 'postgres';
import type { Tokens } from './tokens.ts';
import { presentUser } from './users.ts';

const SIGNED_LENGTH = 36;

export function refreshTokens(sql: Sql, tokens: Tokens, sealingKey: Uint8Array) {
  return async (text: string) => {
    const bytes = Buffer.from(text, 'base64url');
    const signed = bytes.subarray(0, SIGNED_LENGTH);
    const userId = uuid(signed, 0);
    const sessionId = uuid(signed, 16);
    const generation = signed.readUInt32BE(32);
    const { row, secret } = await sql.begin(async (tx) => {
      const [row] = await tx`
        select sessions.secret, sessions.generation, sessions.ended_at, users.*
        from sessions join users on users.id = sessions.user_id
        where sessions.user_id = ${userId} and sessions.id = ${sessionId} for update of sessions`;
      if (!row || row.ended_at !== null || row.generation !== generation) throw new Error('not the current token');
      const secret = open(row.secret, sealingKey);
      if (!timingSafeEqual(mac(signed, secret), bytes.subarray(SIGNED_LENGTH))) throw new Error('not genuine');
      await tx`
        update sessions set generation = ${generation + 1}, refreshed_at = ${new Date()}
        where user_id = ${userId} and id = ${sessionId}`;
      return { row, secret };
    });
    const next = Buffer.from(signed);
    next.writeUInt32BE(generation + 1, 32);
    return {
      accessToken: tokens.issue(userId, sessionId),
      tokenType: 'Bearer',
      expiresIn: 600,
      refreshToken: Buffer.concat([next, mac(next, secret)]).toString('base64url'),
      user: presentUser(row),
    };
  };
}

/** The same in one statement: the generation is the condition. The signature is checked with a secret that comes back from it. */
export function refreshInOneStatement(sql: Sql, tokens: Tokens, sealingKey: Uint8Array) {
  return async (text: string) => {
    const bytes = Buffer.from(text, 'base64url');
    const signed = bytes.subarray(0, SIGNED_LENGTH);
    const [userId, sessionId, generation] = [uuid(signed, 0), uuid(signed, 16), signed.readUInt32BE(32)];
    const [row] = await sql`
      update sessions set generation = generation + 1, refreshed_at = ${new Date()} from users
      where sessions.user_id = ${userId} and sessions.id = ${sessionId} and generation = ${generation}
        and ended_at is null and users.id = sessions.user_id
      returning sessions.secret, users.*`;
    if (!row) throw new Error('not the current token');
    const secret = open(row.secret, sealingKey);
    if (!timingSafeEqual(mac(signed, secret), bytes.subarray(SIGNED_LENGTH))) throw new Error('not genuine');
    const next = Buffer.from(signed);
    next.writeUInt32BE(generation + 1, 32);
    return {
      accessToken: tokens.issue(userId, sessionId),
      tokenType: 'Bearer',
      expiresIn: 600,
      refreshToken: Buffer.concat([next, mac(next, secret)]).toString('base64url'),
      user: presentUser(row),
    };
  };
}

function mac(signed: Uint8Array, secret: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(signed).digest();
}

/** Opens the sealed format of `app/platform/security/sealing.ts`: key id, nonce, tag, ciphertext. */
function open(sealed: Buffer, key: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(4, 16), { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(16, 32));
  return Buffer.concat([decipher.update(sealed.subarray(32)), decipher.final()]);
}

function uuid(bytes: Buffer, start: number): string {
  return bytes.toString('hex', start, start + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
