/** What the strings of every template have, before any are written. */
import type { TemplateName } from '../../app/features/email/template-catalog.ts';
import type { Phrases } from '../../app/features/email/template-fields.ts';

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
