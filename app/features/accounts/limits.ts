/** The rate limits of accounts. Any number of processes count together. */
import type { RateLimit, RateLimits } from '../../platform/security/rate-limits.ts';

export interface AccountLimits {
  /** Failed sign-ins for an account, from devices it does not know. Key: address. */
  readonly signInsByStrangers: RateLimit;
  /** Failed sign-ins for an account from a device it knows. Key: user, device. */
  readonly signInsByDevice: RateLimit;
  /** Wrong second factors, over all sign-ins of an account, from devices it does not know. Key: user. */
  readonly factorsByStrangers: RateLimit;
  /** The same from a device it knows. Key: user, device. */
  readonly factorsByDevice: RateLimit;
  /** Wrong emailed codes, over all links of an account, from devices it does not know. The links work nevertheless. Key: address. */
  readonly emailCodesByStrangers: RateLimit;
  /** The same from a device it knows. Key: user, device. */
  readonly emailCodesByDevice: RateLimit;
  /** Tries of the code of one link, from devices the account does not know; the next link resets it. Key: address. */
  readonly emailCodesOfLink: RateLimit;
  /** Requests for a link within the same few seconds: a form that was sent twice. Key: address, browser. */
  readonly emailLinksSentTwice: RateLimit;
  /** Wrong codes of someone who is signed in. Key: user. */
  readonly factorChecks: RateLimit;
  /** Failed sign-ins from a network, whatever the account. Key: address block. */
  readonly signInsFrom: RateLimit;
  /** Registrations from a network. Key: address block. */
  readonly registrationsFrom: RateLimit;
  /** Sign-ins with an identity provider that begin from a network. Key: address block. */
  readonly providerSignInsFrom: RateLimit;
  /** Emails that anyone can cause: verification, reset, "already registered". Key: address. */
  readonly mailsToAddress: RateLimit;
  /** The same by network. Key: address block. */
  readonly mailsFrom: RateLimit;
  /** Wrong passwords of someone who is signed in. Key: user. */
  readonly passwordChecks: RateLimit;
  /** Changes of name or locale, each of which leaves an audit event for as long as the account exists. Key: user. */
  readonly profileChanges: RateLimit;
  /** Exports of everything stored about a user. Key: user. */
  readonly exports: RateLimit;
}

const QUARTER_HOUR_SECONDS = 15 * 60;
const TEN_MINUTES_SECONDS = 10 * 60;
const HOUR_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** @param networkFactor multiplies the limits that count by network: many people may share an address */
export function createAccountLimits(rateLimits: RateLimits, networkFactor: number): AccountLimits {
  const make = (name: string, limit: number, windowSeconds: number) => rateLimits({ name, limit, windowSeconds });
  return {
    signInsByStrangers: make('sign_in_account', 10, QUARTER_HOUR_SECONDS),
    signInsByDevice: make('sign_in_device', 10, QUARTER_HOUR_SECONDS),
    factorsByStrangers: make('second_factor_account', 10, HOUR_SECONDS),
    factorsByDevice: make('second_factor_device', 10, QUARTER_HOUR_SECONDS),
    // A code has six digits: ten guesses a day hit it once in 270 years.
    emailCodesByStrangers: make('email_code_account', 10, DAY_SECONDS),
    emailCodesByDevice: make('email_code_device', 5, HOUR_SECONDS),
    emailCodesOfLink: make('email_code_link', 5, TEN_MINUTES_SECONDS),
    emailLinksSentTwice: make('email_link_twice', 1, 10),
    factorChecks: make('second_factor_check', 10, QUARTER_HOUR_SECONDS),
    signInsFrom: make('sign_in_network', 100 * networkFactor, QUARTER_HOUR_SECONDS),
    registrationsFrom: make('registration_network', 100 * networkFactor, HOUR_SECONDS),
    providerSignInsFrom: make('provider_sign_in_network', 100 * networkFactor, QUARTER_HOUR_SECONDS),
    mailsToAddress: make('mail_address', 10, HOUR_SECONDS),
    mailsFrom: make('mail_network', 100 * networkFactor, HOUR_SECONDS),
    passwordChecks: make('password_check', 10, QUARTER_HOUR_SECONDS),
    profileChanges: make('profile_change', 60, HOUR_SECONDS),
    exports: make('account_export', 5, HOUR_SECONDS),
  };
}
