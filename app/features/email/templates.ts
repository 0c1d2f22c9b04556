/** Renders emails from the compiled templates in `compiled/`, without React. `npm run generate` makes them from what features declare. */
import { readFileSync } from 'node:fs';
import { brand } from '../../product/brand.ts';
import { allEmails, type EmailData, type TemplateName } from './declaration.ts';
import { type Locale, locales } from './fields.ts';
import { oneLine } from './text.ts';
import { fieldsOf, fill, templateValues } from './values.ts';

export interface RenderedEmail {
  subject: string;
  html: string;
  text: string;
}

const SUBJECT_MAX = 150;
const files = new Map<string, unknown>();

/** Reads the compiled templates of every declared email. @throws Error if one is missing */
export function loadTemplates(): void {
  for (const locale of locales) for (const [name] of allEmails()) read(`${name}.${locale}`);
}

/**
 * An email, ready to send.
 * @param locale a BCP 47 tag such as `de-AT`; a locale without a translation falls back to its language, then to English
 * @param product the product's name, `PRODUCT_NAME`
 * @returns subject (one line, at most 150 characters: it cannot add a header), html (values escaped) and plain text
 * @throws {TemplateError} on an unknown template, a missing, unknown or wrong value, or a URL that is not http(s)
 */
export function renderTemplate<T extends TemplateName>(
  template: T,
  locale: string,
  data: EmailData<T> & { unsubscribeUrl?: string },
  product: string = brand.name,
): RenderedEmail {
  fieldsOf(template);
  const chosen = chooseLocale(locale);
  const source = read<RenderedEmail>(`${template}.${chosen}`);
  const phrases = read<Record<string, string>>(`phrases.${chosen}`);
  const phrase = (name: string) => (Object.hasOwn(phrases, name) ? phrases[name] : undefined);
  const values = templateValues(template, data, chosen, phrase, product);
  return {
    subject: oneLine(fill(source.subject, values), SUBJECT_MAX),
    html: fill(source.html, values, escapeHtml),
    text: fill(source.text, values),
  };
}

function chooseLocale(requested: string): Locale {
  const language = requested.toLowerCase().split(/[-_]/)[0];
  return locales.find((locale) => locale === language) ?? 'en';
}

// Enough for element content and for attributes in quotes, which is everywhere the compiled templates put values.
function escapeHtml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function read<V>(name: string): V {
  if (!files.has(name)) {
    try {
      files.set(name, JSON.parse(readFileSync(new URL(`./compiled/${name}.json`, import.meta.url), 'utf8')));
    } catch (cause) {
      throw new Error(`The compiled email ${name}.json cannot be read. Run: npm run emails:compile`, { cause });
    }
  }
  return files.get(name) as V;
}
