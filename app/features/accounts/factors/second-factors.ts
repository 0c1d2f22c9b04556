/** The second factors of accounts: which ones a person has, and whether an answer proves one of them. */
import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../../platform/database/database.ts';
import { prepare } from '../../../platform/database/prepared.ts';
import type { AuthenticationMethod } from '../schema.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import { recoveryCodes as recoveryCodeTable, totpSecrets } from './schema.ts';
import type { Totp } from './totp.ts';

export const SECOND_FACTORS = ['totp', 'passkey', 'recovery_code'] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];

/** What a person sends to prove a factor: one of these. */
export interface FactorAnswer {
  readonly totp?: string | undefined;
  readonly recoveryCode?: string | undefined;
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
  prove(tx: Transaction, userId: string, answer: FactorAnswer): Promise<ProvenFactor | undefined>;
}

export interface SecondFactorsOptions {
  totp: Pick<Totp, 'accept'>;
  recoveryCodes: Pick<RecoveryCodes, 'use'>;
}

export function createSecondFactors({ totp, recoveryCodes }: SecondFactorsOptions): SecondFactors {
  const { placeholder } = sql;
  const find = prepare<{ totp: boolean; recovery_codes: number }>(
    'second_factors_of_user',
    sql`select
      exists (select from ${totpSecrets}
        where ${totpSecrets.userId} = ${placeholder('userId')} and ${totpSecrets.state} = 'confirmed') as totp,
      (select count(*)::int from ${recoveryCodeTable}
        where ${recoveryCodeTable.userId} = ${placeholder('userId')}) as recovery_codes`,
  );

  async function overview(executor: Executor, userId: string): Promise<FactorOverview> {
    const [found] = await find(executor, { userId });
    const { totp: hasTotp, recovery_codes: codes } = found!;
    return { totp: hasTotp, passkeys: 0, recoveryCodes: codes, required: hasTotp };
  }

  return {
    overview,

    async of(executor, userId) {
      const { totp: hasTotp, passkeys, recoveryCodes: codes, required } = await overview(executor, userId);
      const has = { totp: hasTotp, passkey: passkeys > 0, recovery_code: codes > 0 };
      return required ? SECOND_FACTORS.filter((factor) => has[factor]) : [];
    },

    async prove(tx, userId, { totp: code, recoveryCode }) {
      if (code !== undefined && (await totp.accept(tx, userId, code))) return { factor: 'totp', method: 'otp' };
      if (recoveryCode !== undefined && (await recoveryCodes.use(tx, userId, recoveryCode))) {
        return { factor: 'recovery_code', method: 'otp' };
      }
      return undefined;
    },
  };
}
