/**
 * How a value becomes text in an email. Each field checks what it is given (rows of the outbox are JSON, and JSON is not
 * typed) and answers raw text; escaping for HTML is the caller's. A wrong value throws a TemplateError that names no value.
 */

import { minorDigits } from '../../platform/currencies.ts';
import { parseAddress } from './addresses.ts';
import { deviceName } from './device-name.ts';
import { nameForStrangers } from './stranger-names.ts';
import { oneLine } from './text.ts';

export const locales = ['en', 'de'] as const;
export type Locale = (typeof locales)[number];

/** Looks up words of the reader's language by their name. */
export type Phrase = (name: string) => string | undefined;

/** How a value of a field becomes text. */
export type Field<V> = (value: V, locale: Locale, phrase: Phrase) => string;

export interface Money {
  /** Minor units, as Stripe counts them: 1900 is $19.00. */
  amount: number;
  /** ISO 4217, any case. */
  currency: string;
}

/** An email cannot be rendered from what was given, now or later: a permanent failure, not worth a retry. */
export class TemplateError extends Error {
  override name = 'TemplateError';
}

const WORDS_MAX = 200;
const URL_MAX = 2000;
const NAMES_MAX = 20;
/** Words someone typed or a program sent: a name of an organization, an IP address, a plan. */
export const words: Field<string> = (value) => oneLine(string(value), WORDS_MAX);

/**
 * A name that somebody chose, in an email to a stranger.
 * @param fallback the phrase in place of a name that strangers are not shown; an address is shown as it is
 */
export const strangersName =
  (fallback: string): Field<string> =>
  (value, _locale, phrase) => {
    const name = string(value);
    return nameForStrangers(name) ?? (parseAddress(name) === name ? name : needed(phrase, fallback));
  };

/** Several names in a sentence, cut after the twentieth. */
export const names: Field<readonly string[]> = (value, locale) => {
  if (!Array.isArray(value) || value.length === 0) fail('not a list of names, or empty');
  const shown = value.slice(0, NAMES_MAX).map((name) => oneLine(string(name), WORDS_MAX));
  const rest = value.length > NAMES_MAX ? [`+ ${value.length - NAMES_MAX}`] : [];
  return new Intl.ListFormat(locale, { type: 'unit' }).format([...shown, ...rest]);
};

/** A sentence for one of several cases, from the phrase `<kind>.<value>`. */
export const phraseOf =
  <const V extends string>(kind: string): Field<V> =>
  (value, _locale, phrase) =>
    phrase(`${kind}.${string(value)}`) ?? fail(`without the phrase ${kind}`);

/** Like `words`, for what is not always known. */
export const wordsOrUnknown: Field<string | null> = (value, _locale, phrase) =>
  value === null ? needed(phrase, 'unknown') : oneLine(string(value), WORDS_MAX);

/** A User-Agent header, in a person's words. */
export const device: Field<string | null> = (value, _locale, phrase) =>
  value === null ? needed(phrase, 'unknown') : oneLine(deviceName(string(value)), WORDS_MAX);

/** Enough of an address for its owner to recognise, too little for a stranger to use: `a•••@example.com`. */
export const maskedAddress: Field<string> = (value) => {
  const [, first, domain] = /^(.).*(@[^@]+)$/su.exec(string(value)) ?? fail('not an email address');
  return oneLine(`${first}•••${domain}`, WORDS_MAX);
};

/** An absolute http or https URL, normalised so that it can stand in an attribute; anything else is refused. */
export const link: Field<string> = (value) => {
  const url = URL.parse(string(value)) ?? fail('not an absolute URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') fail('a URL that is not http or https');
  if (url.username || url.password) fail('a URL with credentials');
  if (url.href.length > URL_MAX) fail('a URL that is too long');
  return url.href.replaceAll("'", '%27');
};

/** A moment (RFC 3339) to the minute, in UTC and saying so, since the reader's time zone is not known. */
export const moment: Field<string> = (value, locale) =>
  `${date(value, { dateStyle: 'long', timeStyle: 'short', hourCycle: 'h23', timeZone: 'UTC' }, locale)} UTC`;

/** The day of a moment (RFC 3339), in UTC. */
export const day: Field<string> = (value, locale) => date(value, { dateStyle: 'long', timeZone: 'UTC' }, locale);

/**
 * A sentence about a day (RFC 3339), or another one if there is no such day.
 * @param withDay the name of the phrase with `{{day}}`
 */
export const dayNotice =
  (withDay: string, without: string): Field<string | null> =>
  (value, locale, phrase) =>
    value === null
      ? needed(phrase, without)
      : needed(phrase, withDay).replace('{{day}}', () => day(value, locale, phrase));

/** A duration, spelled out: `24 hours`. */
export const duration =
  (unit: 'minute' | 'hour' | 'day'): Field<number> =>
  (value, locale) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(whole(value));

export const count: Field<number> = (value, locale) => new Intl.NumberFormat(locale).format(whole(value));

export const money: Field<Money> = (value, locale) => {
  const currency = string(value?.currency);
  if (!/^[a-z]{3}$/i.test(currency)) fail('not a currency');
  if (!Number.isSafeInteger(value.amount)) fail('not an amount in minor units');
  // Not the digits that Intl knows: an amount has those that Stripe counts.
  const digits = minorDigits(currency);
  const decimals = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, ...decimals });
  // The decimal string keeps the amount exact, where dividing would make a float of it.
  return format.format(`${value.amount}e-${digits}` as Intl.StringNumericLiteral);
};

/**
 * A sentence about an amount, or another one if there is none.
 * @param withMoney the name of the phrase with `{{money}}`
 */
export const moneyNotice =
  (withMoney: string, without: string): Field<Money | null> =>
  (value, locale, phrase) =>
    value === null
      ? needed(phrase, without)
      : needed(phrase, withMoney).replace('{{money}}', () => money(value, locale, phrase));

/** The name of a role, from the phrase `role.<role>`. A role without one is shown as it is. */
export const role: Field<string> = (value, locale, phrase) =>
  phrase(`role.${string(value)}`) ?? words(value, locale, phrase);

/** "per month" or "per year". */
export const interval: Field<'month' | 'year'> = (value, _locale, phrase) =>
  phrase(`interval.${string(value)}`) ?? fail('not an interval');

function needed(phrase: Phrase, name: string): string {
  return phrase(name) ?? fail(`without the phrase ${name}`);
}

function string(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : fail('not a string, or empty');
}

function whole(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail('not a whole number');
}

function date(value: unknown, options: Intl.DateTimeFormatOptions, locale: Locale): string {
  const time = Date.parse(string(value));
  return Number.isNaN(time) ? fail('not a time') : new Intl.DateTimeFormat(locale, options).format(time);
}

function fail(problem: string): never {
  throw new TemplateError(problem);
}
