/** Parsers of settings. Each takes the text of a setting, and throws a `SettingFault` if the text is not valid. */

/** The error in a text, in words that follow the setting's name. It never quotes a secret. */
export class SettingFault extends Error {}
const fault = (message: string) => new SettingFault(message);

export const text = (value: string) => value;
export const list = (value: string) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
export const flag = (value: string) => {
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw fault('must be true or false');
};
export const integer = (min: number, max: number) => (value: string) => {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) throw fault(`must be a whole number from ${min} to ${max}`);
  return number;
};
export const oneOf =
  <const T extends string>(...allowed: T[]) =>
  (value: string) => {
    if (!allowed.includes(value as T)) throw fault(`must be one of ${allowed.join(', ')}`);
    return value as T;
  };
export const url =
  (...protocols: string[]) =>
  (value: string) => {
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
      throw fault(`must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
    }
    return value.replace(/\/+$/, '');
  };
/** A URL that paths are appended to. */
export const base =
  (...protocols: string[]) =>
  (value: string) => {
    const parsed = url(...protocols)(value);
    const { search, hash, username, password } = new URL(parsed);
    if (search || hash || username || password) throw fault('must be a URL without credentials, ? and #');
    return parsed;
  };
/** The same without a path of its own. */
export const origin =
  (...protocols: string[]) =>
  (value: string) => {
    const parsed = base(...protocols)(value);
    if (new URL(parsed).pathname !== '/') throw fault('must have no path, such as https://api.example.com');
    return parsed;
  };
export const origins = (value: string) =>
  list(value).map((origin) => {
    if (origin === '*') throw fault('must name exact origins; * cannot be combined with credentials');
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw fault('must be origins such as https://app.example.com');
    return origin;
  });
export const proxies = (value: string): number | string[] | false => {
  if (value === '0' || value === 'false') return false;
  if (/^\d+$/.test(value)) return Number(value);
  return blocks(value);
};
export const blocks = (value: string) => {
  const parts = list(value);
  if (!parts.every((block) => /^[0-9a-fA-F.:]+(\/\d{1,3})?$/.test(block)))
    throw fault('must be addresses or CIDR blocks');
  return parts;
};
export const credentials = (value: string) => {
  const pairs = list(value);
  if (!pairs.every((pair) => /^[^:]+:.{16,}$/.test(pair)))
    throw fault('must be user:password, the password of at least 16 characters');
  return pairs;
};
export const signingSecrets = (value: string) => {
  const given = list(value);
  const bytes = (secret: string) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64').length;
  if (!given.every((secret) => bytes(secret) >= 16)) throw fault('must be whsec_ and at least 16 bytes in base64');
  return given;
};
const MIN_SECRET_LENGTH = 32;
export const secrets = (value: string) => {
  const each = list(value);
  if (each.length === 0 || each.some((secret) => secret.length < MIN_SECRET_LENGTH))
    throw fault(`needs at least ${MIN_SECRET_LENGTH} characters each; openssl rand -base64 48 makes one`);
  return each;
};
export const share = (value: string) => {
  if (!/^(0(\.\d+)?|1(\.0+)?)$/.test(value)) throw fault('must be a share from 0 to 1, e.g. 0.1');
  return Number(value);
};
export const headers = (value: string): Record<string, string> => {
  const pairs = list(value).map((pair) => /^([\w!#$%&'*+.^`|~-]+)=([\x20-\x7e]*)$/.exec(pair));
  try {
    return Object.fromEntries(pairs.map((pair) => [pair![1]!, decodeURIComponent(pair![2]!)]));
  } catch {
    throw fault('must be name=value, comma-separated, with values as in URLs (%20 for a space)');
  }
};
export const dsn = (value: string) => {
  // As strict as the SDK, which would ignore another text with a single warning.
  if (!URL.canParse(value) || !/^https?:\/\/\w+@[^/]+(\/.*)?\/\d+$/.test(value))
    throw fault('must be a DSN of Sentry: https://<key>@<host>/<number>');
  return value;
};
export const mailbox = (value: string) => {
  if (!/^[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>$|^[^<>@\s]+@[^<>@\s]+$/.test(value))
    throw fault('must be an address, or Name <address>');
  return value;
};
