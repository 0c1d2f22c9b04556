/** The second factors of accounts: which ones a person has, and whether an answer proves one of them. */
import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../../platform/database/database.ts';
import { prepare } from '../../../platform/database/prepared.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import type { Audit } from '../../audit/audit.ts';
import type { SignedCredential } from '../passkeys/ceremonies.ts';
import type { PasskeyProving } from '../passkeys/proving.ts';
import { passkeys as passkeyTable } from '../passkeys/schema.ts';
import type { AuthenticationMethod } from '../schema.ts';
import type { User } from '../users.ts';
import type { FactorNotices } from './notices.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import { recoveryCodes as recoveryCodeTable, totpSecrets } from './schema.ts';
import type { Totp } from './totp.ts';

export const SECOND_FACTORS = ['totp', 'passkey', 'recovery_code'] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];

/** What a person sends to prove a factor: one of these. */
export interface FactorAnswer {
  readonly totp?: string | undefined;
  readonly recoveryCode?: string | undefined;
  readonly credential?: SignedCredential | undefined;
}

/** What an answer is judged by. */
export interface FactorContext {
  /** What a passkey must have signed, base64url; undefined where none was asked to. */
  readonly passkeyChallenge: string | undefined;
  /** The methods that were proven before. */
  readonly amr: readonly AuthenticationMethod[];
  readonly origin: RequestOrigin;
}

export interface ProvenFactor {
  readonly factor: SecondFactor;
  readonly method: AuthenticationMethod;
}

/** What a person has. */
export interface FactorOverview {
  readonly totp: boolean;
  readonly passkeys: number;
  readonly recoveryCodes: number;
  /** True if a sign-in needs two factors. */
  readonly required: boolean;
}

export interface SecondFactors {
  overview(executor: Executor, userId: string): Promise<FactorOverview>;
  /** The factors that a person can prove. Empty if the account needs none: recovery codes alone are not a factor. */
  of(executor: Executor, userId: string): Promise<SecondFactor[]>;
  /** Judges an answer, and uses up what works once. The account must be locked. @returns undefined if it is wrong */
  prove(tx: Transaction, user: User, answer: FactorAnswer, context: FactorContext): Promise<ProvenFactor | undefined>;
}

export interface SecondFactorsOptions {
  totp: Pick<Totp, 'accept'>;
  recoveryCodes: Pick<RecoveryCodes, 'use'>;
  passkeys: PasskeyProving;
  notices: Pick<FactorNotices, 'send'>;
  audit: Audit;
}

export function createSecondFactors(options: SecondFactorsOptions): SecondFactors {
  const { totp, recoveryCodes, passkeys, notices, audit } = options;
  const { placeholder } = sql;
  const find = prepare<{ totp: boolean; recovery_codes: number; passkeys: number }>(
    'second_factors_of_user',
    sql`select
      exists (select from ${totpSecrets}
        where ${totpSecrets.userId} = ${placeholder('userId')} and ${totpSecrets.state} = 'confirmed') as totp,
      (select count(*)::int from ${recoveryCodeTable}
        where ${recoveryCodeTable.userId} = ${placeholder('userId')}) as recovery_codes,
      (select count(*)::int from ${passkeyTable} where ${passkeyTable.userId} = ${placeholder('userId')}) as passkeys`,
  );

  async function overview(executor: Executor, userId: string): Promise<FactorOverview> {
    const [found] = await find(executor, { userId });
    const { totp: hasTotp, recovery_codes: codes, passkeys: count } = found!;
    return { totp: hasTotp, passkeys: count, recoveryCodes: codes, required: hasTotp || count > 0 };
  }

  return {
    overview,

    async of(executor, userId) {
      const { totp: hasTotp, passkeys: count, recoveryCodes: codes, required } = await overview(executor, userId);
      const has = { totp: hasTotp, passkey: count > 0, recovery_code: codes > 0 };
      return required ? SECOND_FACTORS.filter((factor) => has[factor]) : [];
    },

    async prove(tx, user, { totp: code, recoveryCode, credential }, context) {
      if (code !== undefined && (await totp.accept(tx, user.id, code))) return { factor: 'totp', method: 'otp' };
      if (recoveryCode !== undefined && (await recoveryCodes.use(tx, user.id, recoveryCode))) {
        const actor = { type: 'user', id: user.id } as const;
        await audit.append(tx, { ownerId: user.id, action: 'recovery_code.used', actor, origin: context.origin });
        await notices.send(tx, user, 'recovery-code-used', context.origin);
        return { factor: 'recovery_code', method: 'otp' };
      }
      const { passkeyChallenge, amr, origin } = context;
      if (credential === undefined || passkeyChallenge === undefined) return undefined;
      const proven = await passkeys.prove(tx, user, credential, passkeyChallenge, origin);
      // After a passkey that did not verify the person, another such signature is the same factor again.
      if (!proven || (!proven.userVerified && hasPasskey(amr))) return undefined;
      return { factor: 'passkey', method: proven.method };
    },
  };
}

/** True if a passkey was proven before. */
const hasPasskey = (amr: readonly AuthenticationMethod[]) => amr.includes('hwk') || amr.includes('swk');
