/**
 * Renders mails from the compiled templates in `compiled/`; knows neither React nor SMTP. Sources and texts: `emails/`.
 */
import { readFileSync } from 'node:fs';
import { type TemplateData, type TemplateName, templateNames, templates } from './template-catalog.ts';
import { type Locale, locales, oneLine, type Phrases, TemplateError } from './template-fields.ts';
import { fill, templateValues } from './template-values.ts';

export interface RenderedEmail {
  subject: string;
  html: string;
  text: string;
}

const SUBJECT_MAX = 150;

const phrases = byLocale((locale) => read<Phrases>(`phrases.${locale}`));
const compiled = byLocale(
  (locale) =>
    Object.fromEntries(templateNames.map((name) => [name, read<RenderedEmail>(`${name}.${locale}`)])) as Record<
      TemplateName,
      RenderedEmail
    >,
);

/**
 * A mail, ready to send.
 * @param locale a BCP 47 tag such as `de-AT`; what is not translated falls back to its language, then to English
 * @returns subject (one line, at most 150 characters: it can't add a header), html (values escaped) and plain text
 * @throws {TemplateError} on an unknown template, a missing, unknown or wrong value, or a URL that is not http(s)
 */
export function renderTemplate<T extends TemplateName>(
  template: T,
  locale: string,
  data: TemplateData[T],
): RenderedEmail {
  if (!Object.hasOwn(templates, template)) throw new TemplateError('unknown email template');
  const chosen = chooseLocale(locale);
  const source = compiled[chosen][template];
  const values = templateValues(template, data, chosen, phrases[chosen]);
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

function byLocale<V>(load: (locale: Locale) => V): Record<Locale, V> {
  return Object.fromEntries(locales.map((locale) => [locale, load(locale)])) as Record<Locale, V>;
}

function read<V>(name: string): V {
  return JSON.parse(readFileSync(new URL(`./compiled/${name}.json`, import.meta.url), 'utf8')) as V;
}
