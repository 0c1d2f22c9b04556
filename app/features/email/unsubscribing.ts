/** Unsubscribing from bulk email with one click (RFC 8058). A GET never unsubscribes: mail scanners follow links. */
import type { Transaction } from '../../platform/database/database.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import { emailErrors } from './errors.ts';
import { suppress } from './suppression.ts';

export interface Unsubscribing {
  /** The link for people, and the headers for their mail programs. */
  linksFor(address: string): { page: string; headers: Record<string, string> };
  /** Stops bulk email to the address that `token` names. @throws invalid_unsubscribe_token */
  redeem(tx: Transaction, token: string): Promise<void>;
}

export interface UnsubscribingOptions {
  sealer: Sealer;
  /** Where people land: `<appUrl>/unsubscribe?token=…`, a page that posts the token. */
  appUrl: string;
  /** Where mail programs post. */
  apiUrl: string;
}

const SEALING_PURPOSE = 'email unsubscribe token';
export const UNSUBSCRIBE_PATH = '/v1/email-unsubscriptions';

export function createUnsubscribing({ sealer, appUrl, apiUrl }: UnsubscribingOptions): Unsubscribing {
  return {
    linksFor(address) {
      // Sealed rather than only signed: the address would otherwise stand in the access logs of every proxy on the way.
      const token = sealer.seal(SEALING_PURPOSE, address).toString('base64url');
      return {
        page: withToken(`${appUrl.replace(/\/$/, '')}/unsubscribe`, token),
        headers: {
          'List-Unsubscribe': `<${withToken(apiUrl.replace(/\/$/, '') + UNSUBSCRIBE_PATH, token)}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      };
    },

    async redeem(tx, token) {
      await suppress(tx, [{ address: open(sealer, token), reason: 'unsubscribe' }]);
    },
  };
}

function open(sealer: Sealer, token: string): string {
  try {
    return sealer.open(SEALING_PURPOSE, Buffer.from(token, 'base64url')).toString('utf8');
  } catch {
    throw emailErrors.invalid_unsubscribe_token();
  }
}

function withToken(url: string, token: string): string {
  return `${url}?token=${token}`;
}
