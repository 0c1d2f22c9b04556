/** What a template component is given, the same when it is compiled (placeholders) and previewed (sample data). */
import type { Placeholder, TemplateName } from '../app/features/email/template-catalog.ts';
import type { Locale, Phrases } from '../app/features/email/template-fields.ts';
import type { en } from './strings/en.ts';

/** The shape of a locale's strings is that of English: what another one lacks or has too much, tsc refuses. */
export type Strings = typeof en;

/** What each template's strings have at least. */
export interface CommonStrings {
  subject: string;
  /** What an inbox shows after the subject. */
  preheader: string;
  heading: string;
  /** Why the reader gets this mail. */
  reason: string;
}

/** What `en` must have; the other locales take their shape from it. */
export type EnglishStrings = { phrases: Phrases; layout: Record<string, string> } & Record<
  TemplateName,
  CommonStrings & Record<string, string>
>;

export interface Frame {
  locale: Locale;
  layout: Strings['layout'];
}

export interface TemplateProps<T extends TemplateName> extends Frame {
  text: Strings[T];
  value: Record<Placeholder<T>, string>;
}
