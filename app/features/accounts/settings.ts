import { formerExample } from '../../platform/settings/development-values.ts';
import { base, flag, integer, mailbox, origins, text } from '../../platform/settings/parsers.ts';
import { defineSettings } from '../../platform/settings/settings.ts';

const own = defineSettings('Accounts', {
  ACCESS_TOKEN_MINUTES: {
    meaning: 'Lifetime of an access token, in minutes.',
    parse: integer(1, 60),
    fallback: 10,
    example: '10',
  },
  SESSION_IDLE_DAYS: {
    meaning: 'A session that is not refreshed for so many days ends.',
    parse: integer(1, 365),
    fallback: 30,
    example: '30',
  },
  SESSION_ABSOLUTE_DAYS: {
    meaning: 'A session ends after so many days, used or not.',
    parse: integer(1, 3_650),
    fallback: 180,
    example: '180',
  },
  RECENT_SIGN_IN_MINUTES: {
    meaning:
      'Changes of passwords, addresses and factors need a proof of identity that is younger than so many minutes; so does the deletion of an account.',
    parse: integer(1, 1_440),
    fallback: 10,
    example: '10',
  },
  EMAIL_LINK_SIGN_IN: {
    meaning:
      'true or false. Whether people may sign in by a link or a code that is emailed to them. Their mailbox is then a way in (docs/ways-in.md).',
    parse: flag,
    fallback: false,
    example: 'false',
  },
  PASSKEY_RP_ID: {
    meaning:
      'The domain that passkeys belong to. Never change it: passkeys made for another one no longer work. Empty: the host of APP_URL.',
    parse: text,
    example: '',
  },
  PASSKEY_ORIGINS: {
    meaning: 'The origins of pages that use passkeys, separated by commas. Empty: that of APP_URL.',
    parse: origins,
    fallback: [],
    example: '',
  },
  PASSKEY_RELATED_ORIGINS: {
    meaning:
      'Origins of other domains of yours that may use the same passkeys, separated by commas. /.well-known/webauthn names them; it must be reachable on PASSKEY_RP_ID.',
    parse: origins,
    fallback: [],
    example: '',
  },
  PASSKEY_TOP_ORIGINS: {
    meaning:
      'Origins of other sites that may show your pages with passkeys in a frame, separated by commas. Empty: none may.',
    parse: origins,
    fallback: [],
    example: '',
  },
  BREACHED_PASSWORDS_URL: {
    meaning:
      'Range query for breached passwords by k-anonymity, e.g. https://api.pwnedpasswords.com/range. Empty: off.',
    parse: base('http:', 'https:'),
    example: '',
  },
  SUPPORT_EMAIL: {
    meaning: 'The mailbox that suspended people are asked to write to. Empty: EMAIL_FROM.',
    parse: mailbox,
    example: '',
  },
  NETWORK_LIMIT_FACTOR: {
    meaning: 'Multiplies the rate limits that count by network; raise it where many people share an address.',
    parse: integer(1, 10_000),
    fallback: 1,
    developmentFallback: 100,
    developmentOnly: formerExample('100', 'delete the line for the default, or choose another factor'),
    example: '',
  },
});
type Own = typeof own;

declare module '../../platform/settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
