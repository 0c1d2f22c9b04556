import { defineMetrics, SHORT_SECONDS } from '../../platform/telemetry/metrics.ts';

const metrics = defineMetrics({
  auth_events_total: {
    type: 'counter',
    help: 'Security events of accounts.',
    labels: {
      event:
        'registration, verification, sign_in, second_factor, passkey, email_link, refresh, sign_out, password_reset, password_change, email_change, deletion, key_rotation, breach_check',
      outcome: 'success, challenged, failure, limited, reused, replayed, unavailable',
    },
    zero: [
      { event: 'email_link', outcome: 'failure' },
      { event: 'email_link', outcome: 'limited' },
      { event: 'refresh', outcome: 'reused' },
      { event: 'second_factor', outcome: 'failure' },
      { event: 'second_factor', outcome: 'limited' },
      { event: 'sign_in', outcome: 'failure' },
      { event: 'sign_in', outcome: 'limited' },
    ],
  },
  identity_provider_sign_ins_total: {
    type: 'counter',
    help: 'Sign-ins with an identity provider, by what became of them there.',
    labels: {
      provider: 'as IDENTITY_PROVIDERS names it',
      outcome:
        'proven, access_denied (by the person), answer_invalid, misconfigured (our settings, or those at the provider), unavailable',
    },
    // By the providers of the settings: `providers/wiring.ts`.
    zero: [],
  },
  auth_signing_key_age_seconds: {
    type: 'gauge',
    together: 'max',
    help: 'How long the current key has signed access tokens.',
    labels: {},
  },
  session_revocation_seconds: {
    type: 'histogram',
    help: 'Time from the commit that ends a session to its refusal by this process.',
    labels: {},
    buckets: SHORT_SECONDS,
  },
});
type Own = typeof metrics;

declare module '../../platform/telemetry/metrics.ts' {
  interface DeclaredMetrics extends Own {}
}
