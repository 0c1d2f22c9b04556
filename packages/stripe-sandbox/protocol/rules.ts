/**
 * The kinds of rules that a parameter's value can have, besides its type. A rule returns the refusal, or undefined if the value is allowed. The
 * table of all rules is resources/rules.ts; protocol/rule-table.ts joins it with the parameters of a route.
 */
import { Fault, invalid } from '../world/fault.ts';
import { isSupported, largestCharge, leastCharge, money } from './currencies.ts';

/** `name` is the parameter in Stripe's spelling, such as `items[0][quantity]`; `now` is the customer's time in Unix seconds. */
// biome-ignore lint/suspicious/noExplicitAny: the reader of the parameter has checked the type
export type Rule = (value: any, name: string, now: number) => Fault | undefined;

/** Rules by parameter, in a route: `items[][quantity]` for a field of a list's items, `currency_options[*]` for a hash's values, `` for all. */
export type Rules = Record<string, Rule>;

const DAY = 86_400;

export const atLeast =
  (least: number): Rule =>
  (value, name) =>
    value < least
      ? invalid(`This value must be greater than or equal to ${least}.`, name, 'parameter_invalid_integer')
      : undefined;

export const between =
  (least: number, most: number): Rule =>
  (value, name, now) =>
    value > most
      ? invalid(`This value must be less than or equal to ${most}.`, name, 'parameter_invalid_integer')
      : atLeast(least)(value, name, now);

/** More than 0, and at most 100. */
export const percentage: Rule = (value, name) =>
  value > 0 && value <= 100 ? undefined : invalid('Invalid percentage: must be greater than 0 and at most 100.', name);

/** A decimal with at most so many decimal places. */
export const decimals =
  (most: number): Rule =>
  (value, name) =>
    Math.abs(value * 10 ** most - Math.round(value * 10 ** most)) < 1e-3
      ? undefined
      : invalid(`Invalid decimal: ${name} can have at most ${most} decimal places.`, name);

/** A text of at most so many characters, and not an empty one: where an empty text clears a field, its reader has made it null. */
export const length =
  (most: number): Rule =>
  (value, name) => {
    if (value.length > most)
      return invalid(`Invalid string: ${value.slice(0, 9)}…; must be at most ${most} characters`, name);
    if (value !== '') return undefined;
    return invalid(
      `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`,
      name,
      'parameter_invalid_empty',
    );
  };

export const matches =
  (pattern: RegExp, message: string, code?: string): Rule =>
  (value, name) =>
    pattern.test(value) ? undefined : invalid(message, name, code);

/** A hash of texts, each of at most so many characters. */
export const texts =
  (most: number): Rule =>
  (value, name) => {
    const long = Object.keys(value).find((key) => value[key].length > most);
    return long === undefined
      ? undefined
      : invalid(`Invalid string: must be at most ${most} characters`, `${name}[${long}]`);
  };

/** A list of at most so many items. */
export const atMost =
  (count: number): Rule =>
  (value, name) =>
    value.length > count
      ? invalid(`Array ${name} exceeded maximum ${count} allowed elements.`, name, 'array_max_elements')
      : undefined;

export const currency: Rule = (value, name) =>
  isSupported(value)
    ? undefined
    : invalid(
        `Invalid currency: ${value}. Stripe currently supports the currencies of docs.stripe.com/currencies.`,
        name,
      );

/** A hash whose keys are currencies. */
export const currencyKeys: Rule = (value, name) => {
  const unknown = Object.keys(value).find((key) => !isSupported(key));
  return unknown === undefined ? undefined : currency(unknown, `${name}[${unknown}]`, 0);
};

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

export const country: Rule = (value, name) =>
  /^[A-Za-z]{2}$/.test(value) && regions.of(value.toUpperCase())
    ? undefined
    : invalid(
        `Country '${value}' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', 'EG', or 'GB'.`,
        name,
        'country_unsupported',
      );

export const email: Rule = (value, name, now) =>
  length(512)(value, name, now) ??
  (/^[^\s@]+@[^\s@]+\.?[^\s@]*$/.test(value)
    ? undefined
    : invalid(`Invalid email address: ${value}`, name, 'email_invalid'));

/** A URL that a webhook can be sent to. */
export const webUrl: Rule = (value, name) =>
  URL.canParse(value) && /^https?:\/\//i.test(value)
    ? undefined
    : invalid('Invalid URL: An explicit scheme (such as https) must be provided.', name, 'url_invalid');

/** An absolute URL. Placeholders such as {CHECKOUT_SESSION_ID} are allowed in it. */
export const url: Rule = (value, name) =>
  URL.canParse(value) && /^[a-z][a-z0-9+.-]*:\/\//i.test(value)
    ? undefined
    : invalid('Not a valid URL', name, 'url_invalid');

/** A time after now, and at most so many days ahead. */
export const future =
  (mostDays = 5 * 366): Rule =>
  (value, name, now) => {
    if (typeof value !== 'number') return undefined;
    if (value <= now) return invalid(`Invalid timestamp: ${name} must be a time in the future.`, name);
    return value > now + mostDays * DAY
      ? invalid(`Invalid timestamp: ${name} can be at most ${mostDays} days in the future.`, name)
      : undefined;
  };

/** A time at least so many hours ahead. */
export const inHours =
  (hours: number): Rule =>
  (value, name, now) =>
    value < now + hours * 3600
      ? invalid(`The \`${name}\` date has to be at least ${hours} hours in the future.`, name)
      : undefined;

/** Metadata: 50 keys of 40 characters, values of 500 (docs.stripe.com/api/metadata). */
export const metadata: Rule = (value, name) => {
  const keys = Object.keys(value);
  if (keys.length > 50) return invalid(`You can only specify up to 50 metadata keys; ${keys.length} were given.`, name);
  for (const key of keys) {
    if (key.length > 40)
      return invalid(
        `Metadata keys can be up to 40 characters long, but '${key.slice(0, 9)}…' has ${key.length}.`,
        name,
      );
    if (/[[\]]/.test(key)) return invalid('Metadata keys cannot contain square brackets.', name);
    if (value[key].length > 500)
      return invalid(
        `Metadata values can be up to 500 characters long, but that of '${key}' has ${value[key].length}.`,
        `${name}[${key}]`,
      );
  }
  return undefined;
};

/** An object of which at most one of these fields is given. */
export const oneOfFields =
  (...fields: string[]): Rule =>
  (value, name) => {
    const given = fields.filter((field) => !isAbsent(value[field]));
    if (given.length < 2) return undefined;
    const inside = name ? `${name}[${given[0]}]` : given[0];
    return invalid(`You may only specify one of these parameters: ${given.join(', ')}.`, inside);
  };

const isAbsent = (value: unknown) =>
  value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);

/** An object that has `field` only together with another one, or with a certain value of it. */
export const onlyWith =
  (field: string, other: string, wanted?: unknown): Rule =>
  (value, name) => {
    if (isAbsent(value[field])) return undefined;
    if (wanted === undefined ? !isAbsent(value[other]) : value[other] === wanted) return undefined;
    const condition = wanted === undefined ? `\`${other}\` is given` : `\`${other}\` is \`${wanted}\``;
    return invalid(`You can only use \`${field}\` if ${condition}.`, name ? `${name}[${field}]` : field);
  };

/** An object that does not have `field` if another one has a certain value. */
export const notWith =
  (field: string, other: string, unwanted: unknown): Rule =>
  (value, name) =>
    !isAbsent(value[field]) && value[other] === unwanted
      ? invalid(`You cannot use \`${field}\` if \`${other}\` is \`${unwanted}\`.`, name ? `${name}[${field}]` : field)
      : undefined;

/** An object that must have `field` if another one has a certain value. */
export const neededIf =
  (field: string, other: string, wanted: unknown): Rule =>
  (value, name) =>
    value[other] === wanted && value[field] === undefined
      ? invalid(
          `Missing required param: ${field}. It is needed if \`${other}\` is \`${wanted}\`.`,
          name ? `${name}[${field}]` : field,
          'parameter_missing',
        )
      : undefined;

/** An object that has both of these fields, or neither. */
export const together =
  (one: string, other: string): Rule =>
  (value, name, now) =>
    onlyWith(one, other)(value, name, now) ?? onlyWith(other, one)(value, name, now);

/** An object in which the second time is not before the first. */
export const inOrder =
  (first: string, second: string): Rule =>
  (value, name) =>
    value[first] !== undefined && value[second] !== undefined && value[second] < value[first]
      ? invalid(`\`${second}\` must be greater than or equal to \`${first}\`.`, name ? `${name}[${second}]` : second)
      : undefined;

/** The end of a tier: a positive number, or `inf`. */
export const tierEnd: Rule = (value, name, now) =>
  value === 'inf' ? undefined : between(1, 999_999_999_999)(value, name, now);

/** Tiers: each ends after the one before it, and only the last has no end. Each has an amount (docs.stripe.com/api/prices/create). */
export const tiers: Rule = (value, name) => {
  let before = 0;
  for (const [index, tier] of value.entries()) {
    const last = index === value.length - 1;
    if (last !== (tier.up_to === 'inf'))
      return invalid('The last tier, and no other, must have `up_to: inf`.', `${name}[${index}][up_to]`);
    if (!last && tier.up_to <= before)
      return invalid('Tiers must be sorted, and no two can end at the same number.', `${name}[${index}][up_to]`);
    before = tier.up_to;
    const amounts = ['unit_amount', 'unit_amount_decimal', 'flat_amount', 'flat_amount_decimal'];
    if (amounts.every((field) => tier[field] === undefined))
      return invalid('Each tier needs a `unit_amount`, a `flat_amount`, or both.', `${name}[${index}]`);
  }
  return undefined;
};

/** An amount that can be charged: `amount` of `currency` (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). */
export const chargeable: Rule = ({ amount, currency: code }) => {
  if (amount < leastCharge(code)) {
    return invalid(
      `Amount must be at least ${money(leastCharge(code), code)} ${code.toLowerCase()}`,
      'amount',
      'amount_too_small',
    );
  }
  return amount > largestCharge(code)
    ? invalid(`Amount must be no more than ${money(largestCharge(code), code)}`, 'amount', 'amount_too_large')
    : undefined;
};

const LONGEST_INTERVAL: Record<string, number> = { day: 1095, week: 156, month: 36, year: 3 };

/** A billing interval of at most three years. */
export const interval: Rule = (value, name, now) => {
  const refused = between(1, LONGEST_INTERVAL[value.interval] ?? 1)(
    value.interval_count ?? 1,
    `${name}[interval_count]`,
    now,
  );
  return (
    refused &&
    invalid(
      'Invalid interval_count: it must be at least 1, and the interval at most three years.',
      `${name}[interval_count]`,
    )
  );
};

/** A card's expiry; a wrong one is a card error. */
export const expiry: Rule = (value, name, now) => {
  const today = new Date(now * 1000);
  const { exp_month: month, exp_year: short } = value;
  const year = short !== undefined && short < 100 ? 2000 + short : short;
  const refuse = (field: 'month' | 'year') =>
    new Fault(402, 'card_error', `Your card's expiration ${field} is invalid.`, {
      code: `invalid_expiry_${field}`,
      param: `${name}[exp_${field}]`,
    });
  if (month !== undefined && (month < 1 || month > 12)) return refuse('month');
  if (year === undefined) return undefined;
  const past =
    year < today.getUTCFullYear() || (year === today.getUTCFullYear() && (month ?? 12) <= today.getUTCMonth());
  return past || year > today.getUTCFullYear() + 50 ? refuse('year') : undefined;
};

export const cvc: Rule = (value, name) =>
  /^\d{3,4}$/.test(value)
    ? undefined
    : new Fault(402, 'card_error', "Your card's security code is invalid.", { code: 'invalid_cvc', param: name });

/** All of these rules, in this order. */
export const all =
  (...rules: Rule[]): Rule =>
  (value, name, now) => {
    for (const rule of rules) {
      const refused = rule(value, name, now);
      if (refused) return refused;
    }
    return undefined;
  };
