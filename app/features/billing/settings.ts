import {
  type DevelopmentOnly,
  developmentUrl,
  knownSecrets,
  localAddress,
  WITHOUT_STAND_INS,
} from '../../platform/settings/development-values.ts';
import { flag, integer, list, oneOf, SettingFault, url } from '../../platform/settings/parsers.ts';
import { defineSettings } from '../../platform/settings/settings.ts';

/** When seats are charged that are added or removed within a period. */
export const seatProrations = ['next_invoice', 'at_once', 'none'] as const;
export type SeatProration = (typeof seatProrations)[number];

/** The keys of the Stripe sandbox that development starts. Everybody may know them: they protect nothing. */
export const SANDBOX_KEY = 'sk_test_sandbox';
export const SANDBOX_WEBHOOK_SECRET = 'whsec_development_only';

/** A secret or restricted key. @throws SettingFault */
function stripeKey(value: string): string {
  if (!/^(sk|rk)_(test|live)_\w+$/.test(value))
    throw new SettingFault('must be a secret or restricted key: sk_... or rk_...');
  return value;
}

/** Production has one Stripe. Staging may have a sandbox of its own, but not the one of development. */
const anotherStripe: DevelopmentOnly = (value, environment) =>
  environment === 'production'
    ? `must not be set in production: it leads to a stand-in instead of Stripe; ${WITHOUT_STAND_INS}`
    : (localAddress(value, environment) ?? developmentUrl(value, environment));

const own = defineSettings('Billing', {
  STRIPE_SECRET_KEY: {
    meaning:
      'Key of Stripe (sk_..., better a restricted rk_...). Empty: development uses its sandbox, elsewhere billing is off and all have the free plan.',
    parse: stripeKey,
    secret: true,
    developmentOnly: knownSecrets([SANDBOX_KEY], 'take one from the Stripe dashboard'),
    example: '',
  },
  STRIPE_WEBHOOK_SECRET: {
    meaning: 'Signing secret (whsec_...) of the Stripe webhook, comma-separated to rotate. Empty: the webhook is off.',
    parse: list,
    fallback: [],
    secret: true,
    developmentOnly: knownSecrets(
      [SANDBOX_WEBHOOK_SECRET],
      'take the signing secret of your endpoint from the Stripe dashboard',
    ),
    example: '',
  },
  STRIPE_API_BASE: {
    meaning: "Where Stripe's API is, for a stand-in such as the sandbox; not in production. Default: Stripe's own.",
    parse: url('http:', 'https:'),
    developmentOnly: anotherStripe,
    example: '',
  },
  STRIPE_SANDBOX_PORT: {
    meaning: 'Development only: port of the Stripe sandbox.',
    parse: integer(1, 65_535),
    fallback: 12_111,
    example: '12111',
  },
  BILLING_GRACE_DAYS: {
    meaning: 'How long a plan outlives a missed payment, in days.',
    parse: integer(0, 60),
    fallback: 7,
    example: '7',
  },
  BILLING_SEATS_FOLLOW_MEMBERS: {
    meaning: 'If true, the seats of a subscription follow the number of members; otherwise they are bought.',
    parse: flag,
    fallback: true,
    example: 'true',
  },
  BILLING_SEAT_PRORATION: {
    meaning:
      'When seats that follow the members are charged for the rest of the period: next_invoice (of a yearly plan up to a year later), at_once (by an invoice for each change), none.',
    parse: oneOf(...seatProrations),
    fallback: 'next_invoice',
    example: 'next_invoice',
  },
  BILLING_AUTOMATIC_TAX: {
    meaning: 'Whether Stripe computes tax and asks for tax ids; needs Stripe Tax to be set up.',
    parse: flag,
    fallback: false,
    example: 'false',
  },
});
type Own = typeof own;

declare module '../../platform/settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
