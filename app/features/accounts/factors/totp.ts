/** One-time passwords of authenticator apps (RFC 6238: SHA-1, 30 seconds, 6 digits), each of which is accepted once. */
import { and, eq, lt } from 'drizzle-orm';
import { generateSecret, generateURI, verifySync } from 'otplib';
import { encodeQR } from 'qr';
import { after, type Clock, HOUR_MS, SECOND_MS } from '../../../platform/clock.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { Sealer } from '../../../platform/security/sealing.ts';
import { type TotpState, totpSecrets } from './schema.ts';

/** What a person needs to set up an authenticator app. */
export interface TotpSetup {
  /** Base32 (RFC 4648), to be typed. */
  readonly secret: string;
  /** An `otpauth:` URI, as apps read it from a QR code. */
  readonly uri: string;
  /** The QR code of the URI: an SVG image as a `data:` URL. */
  readonly qrCode: string;
}

export interface Totp {
  /** A new secret, which counts once a code of it was confirmed. It replaces one that was never confirmed. */
  prepare(tx: Transaction, user: { id: string; email: string }): Promise<TotpSetup>;
  /** Makes the prepared secret the person's only one, by a code of it. @returns false for a wrong code, or where none is prepared */
  confirm(tx: Transaction, userId: string, code: string): Promise<boolean>;
  /** @returns whether there was one */
  remove(tx: Transaction, userId: string): Promise<boolean>;
  /**
   * Uses a code up: of any number of parallel uses, in any number of processes, one succeeds.
   * @returns false for a wrong code, for one that was used, and for one that is older than a code that was used
   */
  accept(tx: Transaction, userId: string, code: string): Promise<boolean>;
}

export const TOTP_SECRET_PURPOSE = 'accounts.totp_secret';
const SECRET_BYTES = 20;
const STEP_SECONDS = 30;
/** A person who leaves the page that shows a secret finds a new one on the next visit. */
const PREPARED_MS = HOUR_MS;

export interface TotpOptions {
  clock: Clock;
  sealer: Sealer;
  productName: string;
}

export function createTotp({ clock, sealer, productName }: TotpOptions): Totp {
  // Apps split label and issuer at a colon.
  const issuer = productName.replaceAll(':', ' ');
  const own = (userId: string, state: TotpState) => and(eq(totpSecrets.userId, userId), eq(totpSecrets.state, state));

  /** Stores the step of a right code, unless it was stored before, or a later one. */
  async function use(tx: Transaction, userId: string, state: TotpState, code: string): Promise<boolean> {
    const [row] = await tx.select().from(totpSecrets).where(own(userId, state));
    if (!row || (state === 'pending' && after(row.createdAt, PREPARED_MS) < clock.now())) return false;
    const step = stepOf(sealer.open(TOTP_SECRET_PURPOSE, row.secret).toString(), code, clock.now());
    if (step === undefined) return false;
    const unused = and(own(userId, state), lt(totpSecrets.lastStep, step));
    const { rowCount } = await tx.update(totpSecrets).set({ lastStep: step }).where(unused);
    return rowCount === 1;
  }

  return {
    async prepare(tx, { id: userId, email }) {
      const secret = generateSecret({ length: SECRET_BYTES });
      const sealed = sealer.seal(TOTP_SECRET_PURPOSE, secret);
      await tx.delete(totpSecrets).where(own(userId, 'pending'));
      await tx.insert(totpSecrets).values({ userId, state: 'pending', secret: sealed, createdAt: clock.now() });
      const uri = generateURI({ issuer, label: email, secret });
      const svg = encodeQR(uri, 'svg', { border: 4 });
      return { secret, uri, qrCode: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}` };
    },

    async confirm(tx, userId, code) {
      if (!(await use(tx, userId, 'pending', code))) return false;
      await tx.delete(totpSecrets).where(own(userId, 'confirmed'));
      await tx.update(totpSecrets).set({ state: 'confirmed' }).where(own(userId, 'pending'));
      return true;
    },

    async remove(tx, userId) {
      const removed = await tx
        .delete(totpSecrets)
        .where(eq(totpSecrets.userId, userId))
        .returning({ state: totpSecrets.state });
      return removed.some(({ state }) => state === 'confirmed');
    },

    accept: (tx, userId, code) => use(tx, userId, 'confirmed', code),
  };
}

/**
 * The time step of a code: the current one, the one before or the one after (RFC 6238 section 5.2).
 * @returns undefined for a code of no such step, or a text that is no code
 */
export function stepOf(secret: string, code: string, now: Date): number | undefined {
  const token = code.replace(/[\s-]/g, '');
  // The library throws for anything else.
  if (!/^[0-9]{6}$/.test(token)) return undefined;
  const epoch = Math.floor(now.getTime() / SECOND_MS);
  const result = verifySync({ secret, token, epoch, epochTolerance: STEP_SECONDS });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}
