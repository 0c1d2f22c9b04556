/** The common part of all providers' webhooks. `suppression.ts` stores their reports. */
import type { IncomingHttpHeaders } from 'node:http';
import { httpErrors } from '../../../platform/http/errors.ts';

export interface WebhookRequest {
  headers: IncomingHttpHeaders;
  /** As it came: signatures are over bytes. */
  body: Buffer;
  /** The caller's, as the trusted proxies report it. */
  ipAddress: string;
}

/** A recipient who must not be emailed again, or may be after all. */
export interface Feedback {
  address: string;
  /** `reactivated`: the provider sends to the address again. */
  reason: 'hard_bounce' | 'complaint' | 'reactivated';
  /** The provider's own word for it: short, without addresses. */
  detail: string;
}

export interface FeedbackProvider {
  /**
   * Authenticates the request, then reads it. What is no hard bounce or complaint (deliveries, soft bounces, opens) reads as nothing.
   * @throws invalid_signature before anything of the body is believed; signature_unverifiable when the provider should repeat it
   */
  read(request: WebhookRequest): Promise<Feedback[]>;
}

/** An object of a JSON text whose shape is not known. @throws malformed_json */
export function parseObject(text: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(text));
  } catch {
    throw httpErrors.malformed_json();
  }
}

export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The words of a provider that say what happened, such as `General 5.1.1`; what could hold an address is left out. */
export function detailOf(...words: unknown[]): string {
  return words
    .map(asText)
    .filter((word) => /^[\w.-]{1,60}$/.test(word))
    .join(' ');
}
