/** Adding and removing second factors, by the person whom they protect. */

import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import { judgeTry } from '../../../platform/security/tries.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Audit, AuditAction } from '../../audit/audit.ts';
import type { UserCaller } from '../authentication.ts';
import type { Callers } from '../callers.ts';
import type { Devices } from '../devices/devices.ts';
import { accountErrors } from '../errors.ts';
import type { AccountLimits } from '../limits.ts';
import type { User, Users } from '../users.ts';
import type { FactorNotices } from './notices.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import type { FactorOverview, SecondFactors } from './second-factors.ts';
import type { StepUp } from './step-up.ts';
import type { Totp, TotpSetup } from './totp.ts';

export interface FactorManagement {
  /** The factors of the caller. */
  view(caller: UserCaller): Promise<FactorOverview & { password: boolean; rememberedDevices: number }>;
  /** A secret for an authenticator app, which counts once it is confirmed. @throws as `Callers.lock` and `Callers.requireRecent` */
  prepareTotp(caller: UserCaller): Promise<TotpSetup>;
  /** From here on a sign-in needs a code. @throws as `Callers.lock` and `Callers.requireRecent`; `second_factor_incorrect`; `rate_limited` */
  confirmTotp(caller: UserCaller, code: string, origin: RequestOrigin): Promise<void>;
  /** @throws as `Callers.lock` and `Callers.requireRecent`; `not_found` where there is none */
  removeTotp(caller: UserCaller, origin: RequestOrigin): Promise<void>;
  /** New recovery codes, which void the older ones. @throws as `Callers.lock` and `Callers.requireRecent` */
  renewRecoveryCodes(caller: UserCaller, origin: RequestOrigin): Promise<string[]>;
  /** The device is unknown from now on. @throws `session_revoked`; `not_found` */
  removeDevice(caller: UserCaller, deviceId: string, origin: RequestOrigin): Promise<void>;
}

export interface FactorManagementOptions {
  db: Database;
  users: Pick<Users, 'require'>;
  callers: Pick<Callers, 'lock' | 'requireRecent'>;
  stepUp: Pick<StepUp, 'addMethods'>;
  totp: Totp;
  recoveryCodes: RecoveryCodes;
  factors: SecondFactors;
  devices: Devices;
  notices: Pick<FactorNotices, 'send'>;
  limits: Pick<AccountLimits, 'factorChecks'>;
  audit: Audit;
  metrics: Metrics;
}

export function createFactorManagement(options: FactorManagementOptions): FactorManagement {
  const { db, callers, totp, recoveryCodes, factors, devices, limits, notices, audit } = options;

  /** Runs a change of the caller's own account, under its lock. */
  function changing<T>(caller: UserCaller, change: (tx: Transaction, user: User) => Promise<T>): Promise<T> {
    return transact(db, async (tx) => change(tx, await callers.lock(tx, caller, 'update')));
  }

  /** The same for a change of factors, which needs a recent proof. */
  function changingFactors<T>(caller: UserCaller, change: (tx: Transaction, user: User) => Promise<T>): Promise<T> {
    return changing(caller, async (tx, user) => {
      await callers.requireRecent(tx, caller);
      return change(tx, user);
    });
  }

  async function record(
    tx: Transaction,
    { id }: Pick<User, 'id'>,
    action: AuditAction,
    origin: RequestOrigin,
    target?: { type: string; id: string },
  ): Promise<void> {
    const actor = { type: 'user', id } as const;
    await audit.append(tx, { ownerId: id, action, actor, origin, ...(target && { target }) });
  }

  return {
    async view({ userId }) {
      const [user, overview, rememberedDevices] = await Promise.all([
        options.users.require(userId),
        factors.overview(db, userId),
        devices.countRemembered(db, userId),
      ]);
      return { ...overview, password: user.passwordHash !== null, rememberedDevices };
    },

    prepareTotp: (caller) => changingFactors(caller, (tx, user) => totp.prepare(tx, user)),

    async confirmTotp(caller, code, origin) {
      const judge = () =>
        changingFactors(caller, async (tx, user) => {
          if (!(await totp.confirm(tx, user.id, code))) return false;
          await options.stepUp.addMethods(tx, caller, ['otp', 'mfa']);
          await record(tx, user, 'totp.added', origin);
          await notices.send(tx, user, 'totp-added', origin);
          return true;
        });
      const isRight = await judgeTry({ uses: [[limits.factorChecks, caller.userId]], judge });
      if (!isRight) throw accountErrors.second_factor_incorrect();
    },

    removeTotp: (caller, origin) =>
      changingFactors(caller, async (tx, user) => {
        if (!(await totp.remove(tx, user.id))) throw httpErrors.not_found();
        if ((await factors.of(tx, user.id)).length === 0) await recoveryCodes.remove(tx, user.id);
        await record(tx, user, 'totp.removed', origin);
        await notices.send(tx, user, 'totp-removed', origin);
      }),

    renewRecoveryCodes: (caller, origin) =>
      changingFactors(caller, async (tx, user) => {
        await record(tx, user, 'recovery_codes.renewed', origin);
        await notices.send(tx, user, 'recovery-codes-renewed', origin);
        return recoveryCodes.renew(tx, user.id);
      }),

    removeDevice: (caller, deviceId, origin) =>
      changing(caller, async (tx, user) => {
        if (!(await devices.remove(tx, user.id, deviceId))) throw httpErrors.not_found();
        await record(tx, user, 'device.removed', origin, { type: 'device', id: deviceId });
      }),
  };
}
