/** Judges the signature of a passkey, and records its use. */
import { and, eq } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import type { Audit } from '../../audit/audit.ts';
import type { FactorNotices } from '../factors/notices.ts';
import type { AuthenticationMethod } from '../schema.ts';
import type { User } from '../users.ts';
import type { Ceremonies, Passkey, SignedCredential } from './ceremonies.ts';
import { passkeys } from './schema.ts';

export interface ProvenPasskey {
  readonly passkey: Passkey;
  /** `swk` for a key that can be copied to other devices, `hwk` for one that cannot (RFC 8176). */
  readonly method: AuthenticationMethod;
  readonly userVerified: boolean;
}

export interface PasskeyProving {
  /**
   * Checks a signature of one of the person's passkeys, and stores its counter. A counter that has fallen back is refused, recorded and
   * emailed: the authenticator may have been copied (WebAuthn level 3, section 6.1.1). The account must be locked.
   * @param challenge base64url
   * @returns undefined if it is not right
   */
  prove(
    tx: Transaction,
    user: User,
    answer: SignedCredential,
    challenge: string,
    origin: RequestOrigin,
  ): Promise<ProvenPasskey | undefined>;
}

export interface PasskeyProvingOptions {
  clock: Clock;
  ceremonies: Pick<Ceremonies, 'verifyAssertion'>;
  audit: Audit;
  notices: Pick<FactorNotices, 'sendAboutPasskey'>;
}

export function createPasskeyProving(options: PasskeyProvingOptions): PasskeyProving {
  const { clock, ceremonies, audit, notices } = options;

  /** Commits with the refusal: the caller's transaction must not roll back. */
  async function tellOfCopy(tx: Transaction, user: User, { id, name }: Passkey, origin: RequestOrigin): Promise<void> {
    const target = { type: 'passkey', id };
    const event = { ownerId: user.id, action: 'passkey.counter_fell_back', target, origin } as const;
    await audit.append(tx, { ...event, actor: { type: 'anonymous' } });
    const key = `${id}:${clock.now().toISOString().slice(0, 10)}`;
    await notices.sendAboutPasskey(tx, user, 'passkey-refused', { passkey: name, origin, key });
  }

  return {
    async prove(tx, user, answer, challenge, origin) {
      const credentialId = Buffer.from(answer.id, 'base64url');
      const own = and(eq(passkeys.userId, user.id), eq(passkeys.credentialId, credentialId));
      // For update: of two uses at once, the second is judged by the counter that the first has stored.
      const [passkey] = await tx.select().from(passkeys).where(own).for('update');
      const assertion = passkey && (await ceremonies.verifyAssertion(answer, challenge, passkey));
      if (!passkey || !assertion) return undefined;
      const { counter, backedUp, userVerified } = assertion;
      if ((counter > 0 || passkey.counter > 0) && counter <= passkey.counter) {
        await tellOfCopy(tx, user, passkey, origin);
        return undefined;
      }
      await tx.update(passkeys).set({ counter, backedUp, lastUsedAt: clock.now() }).where(own);
      return { passkey, method: passkey.backupEligible ? 'swk' : 'hwk', userVerified };
    },
  };
}
