/** Emails to a person about their own factors. */
import type { Clock } from '../../../platform/clock.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Email } from '../../email/email.ts';
import type { User } from '../users.ts';

type FactorEmail =
  | 'totp-added'
  | 'totp-removed'
  | 'recovery-codes-renewed'
  | 'recovery-code-used'
  | 'second-factor-refused';
type PasskeyEmail = 'passkey-added' | 'passkey-removed' | 'passkey-refused';

export interface FactorNotices {
  /** Emails what happened, when and from where, in the transaction of what it is about. */
  send(tx: Transaction, user: User, template: FactorEmail, origin: RequestOrigin): Promise<void>;
  /** The same about a passkey. @param key what is emailed once; default: each time */
  sendAboutPasskey(
    tx: Transaction,
    user: User,
    template: PasskeyEmail,
    about: { passkey: string; origin: RequestOrigin; key?: string },
  ): Promise<void>;
  /** The factors were reset by an operator. */
  sendReset(tx: Transaction, user: User): Promise<void>;
}

export interface FactorNoticesOptions {
  clock: Clock;
  email: Pick<Email, 'sendEmail'>;
  appUrl: string;
}

export function createFactorNotices({ clock, email, appUrl }: FactorNoticesOptions): FactorNotices {
  const url = `${appUrl}/forgot-password`;
  const addressed = ({ email: to, locale, id: userId }: User, key: string) => ({ to, locale, userId, key });
  const seen = ({ ipAddress, userAgent }: RequestOrigin) => ({
    ...{ at: clock.now().toISOString(), ipAddress, userAgent, url },
  });

  return {
    async send(tx, user, template, origin) {
      const data = { name: user.name, ...seen(origin) };
      await email.sendEmail(tx, { template, ...addressed(user, `${template}:${newId()}`), data });
    },
    async sendAboutPasskey(tx, user, template, { passkey, origin, key = newId() }) {
      const data = { name: user.name, passkey, ...seen(origin) };
      await email.sendEmail(tx, { template, ...addressed(user, `${template}:${key}`), data });
    },
    async sendReset(tx, user) {
      const template = 'factors-reset';
      await email.sendEmail(tx, {
        template,
        ...addressed(user, `${template}:${newId()}`),
        data: { name: user.name, url },
      });
    },
  };
}
