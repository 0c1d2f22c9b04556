/**
 * Breached passwords by k-anonymity: only the first five hexadecimal digits of the SHA-1 leave the process (the range API of Have I
 * Been Pwned). Fails open: a service that is down must not stop registrations; the metric shows it.
 */
import { createHash } from 'node:crypto';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { inSpan, SpanKind } from '../../platform/telemetry/spans.ts';

const TIMEOUT_MS = 1_500;
/** Without the path, which holds a part of the digest. */
const SPAN = { kind: SpanKind.CLIENT, attributes: { 'peer.service': 'breached-passwords' } };

export interface BreachCheckOptions {
  /** Range query by k-anonymity; undefined: no such check. */
  breachedPasswordsUrl: string | undefined;
  metrics: Metrics;
  logger: Logger;
}

/** @returns a function that says whether a password is known to be breached */
export function createBreachCheck(options: BreachCheckOptions) {
  const { breachedPasswordsUrl: url, metrics, logger } = options;
  return async (password: string): Promise<boolean> => {
    if (!url) return false;
    const digest = createHash('sha1').update(password).digest('hex').toUpperCase();
    try {
      const request = { headers: { 'add-padding': 'true' }, signal: AbortSignal.timeout(TIMEOUT_MS) };
      const response = await inSpan('breached passwords', SPAN, () => fetch(`${url}/${digest.slice(0, 5)}`, request));
      if (!response.ok) throw new Error(`status ${response.status}`);
      const suffix = digest.slice(5);
      // Lines are SUFFIX:COUNT; padding lines have the count 0.
      return (await response.text())
        .split(/\r?\n/)
        .some((line) => line.startsWith(`${suffix}:`) && !line.endsWith(':0'));
    } catch (err) {
      metrics.auth_events_total.inc({ event: 'breach_check', outcome: 'unavailable' });
      logger.warn({ err }, 'breached-password check unavailable; password accepted without it');
      return false;
    }
  };
}
