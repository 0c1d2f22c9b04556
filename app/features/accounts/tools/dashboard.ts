/** Dashboard of accounts: sign-in, refreshing, and account security. */
import { dashboard as build, quantile, rate } from '../../../../monitoring/grafana/source/dashboard.ts';
import { graph, stat } from '../../../../monitoring/grafana/source/panels.ts';

const DAY_SECONDS = 86_400;

export const dashboard = build({
  name: 'accounts',
  title: 'Accounts',
  about: 'Sign-in, refreshing, and account security.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Registrations',
          about: 'Count over the selected time range.',
          decimals: 0,
          queries: [{ expr: 'sum(increase(auth_events_total{event="registration", outcome="success"}[$__range]))' }],
        }),
        stat({
          title: 'Sign-ins that fail',
          about: 'Share of all sign-ins: wrong and rate-limited ones.',
          unit: 'percentunit',
          queries: [
            {
              expr: `${rate('auth_events_total{event="sign_in", outcome=~"failure|limited"}')} / ${rate('auth_events_total{event="sign_in"}')}`,
            },
          ],
          thresholds: { yellow: 0.3, red: 0.66 },
          runbook: 'login-failure-surge',
        }),
        stat({
          title: 'Reused refresh tokens',
          about: 'Count over 15 minutes. Each one ended a session. The cause is a stolen token or a faulty client.',
          decimals: 0,
          queries: [{ expr: 'sum(increase(auth_events_total{event="refresh", outcome="reused"}[15m]))' }],
          thresholds: { yellow: 1, red: 5 },
          runbook: 'refresh-token-reuse-surge',
        }),
        stat({
          title: 'Password hashes',
          about:
            'Running and waiting hashes, in the process with the most. Beyond PASSWORD_HASH_QUEUE, sign-ins get 503.',
          queries: [{ expr: 'max(password_hash_queue_depth)' }],
          trend: true,
          thresholds: { yellow: 10, red: 50 },
        }),
        stat({
          title: 'Revocation',
          about: 'Every process refuses 99 % of ended sessions within this time.',
          unit: 's',
          queries: [
            { expr: 'histogram_quantile(0.99, sum by (le) (rate(session_revocation_seconds_bucket[$__range])))' },
          ],
          thresholds: { yellow: 0.25, red: 1 },
        }),
        stat({
          title: 'Age of the signing key',
          about: 'Overdue after 90 days.',
          unit: 's',
          decimals: 0,
          queries: [{ expr: 'max(auth_signing_key_age_seconds)' }],
          thresholds: { yellow: 80 * DAY_SECONDS, red: 90 * DAY_SECONDS },
          runbook: 'signing-key-rotation-overdue',
        }),
      ],
    },
    {
      title: 'Events',
      panels: [
        graph({
          title: 'Sign-ins',
          about: 'Sign-ins by outcome. `limited`: too many attempts from this network, or on this account.',
          unit: 'ops',
          stacked: true,
          queries: [{ expr: rate('auth_events_total{event="sign_in"}', 'outcome'), legend: '{{outcome}}' }],
          runbook: 'login-failure-surge',
        }),
        graph({
          title: 'Refreshes',
          about:
            '`replayed`: the same answer again, as its token was not used yet; harmless. `reused`: after that, and the session ends.',
          unit: 'ops',
          stacked: true,
          queries: [{ expr: rate('auth_events_total{event="refresh"}', 'outcome'), legend: '{{outcome}}' }],
          runbook: 'refresh-token-reuse-surge',
        }),
        graph({
          title: 'Second factors',
          about: 'Answers to challenges, after a right password. `limited`: too many wrong ones for the account.',
          unit: 'ops',
          stacked: true,
          queries: [{ expr: rate('auth_events_total{event="second_factor"}', 'outcome'), legend: '{{outcome}}' }],
          runbook: 'second-factor-refused-surge',
        }),
        graph({
          title: 'Identity providers',
          about: 'Sign-ins with other providers, by what became of them there. `access_denied`: the person cancelled.',
          unit: 'ops',
          queries: [
            {
              expr: rate('identity_provider_sign_ins_total', 'provider', 'outcome'),
              legend: '{{provider}} {{outcome}}',
            },
          ],
          runbook: 'identity-provider-failing',
        }),
        graph({
          title: 'Everything else',
          about: 'Registrations, verifications, changes, resets, deletions.',
          unit: 'ops',
          queries: [
            {
              expr: rate('auth_events_total{event!~"sign_in|refresh|second_factor"}', 'event', 'outcome'),
              legend: '{{event}} {{outcome}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'How long it takes',
      panels: [
        graph({
          title: 'Signing in',
          about: 'Most of the time is the password hash, which is slow by design.',
          unit: 's',
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'http_request_duration_seconds_bucket{route="/v1/sessions", method="POST"}'),
            legend: `${q * 100} %`,
            exemplars: true as const,
          })),
        }),
        graph({
          title: 'Refreshing',
          about: 'One statement.',
          unit: 's',
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'http_request_duration_seconds_bucket{route="/v1/sessions/refresh"}'),
            legend: `${q * 100} %`,
            exemplars: true as const,
          })),
        }),
        graph({
          title: 'Password hashes that run or wait',
          about: 'By process.',
          queries: [{ expr: 'password_hash_queue_depth', legend: '{{role}} {{instance}}' }],
        }),
      ],
    },
  ],
});
