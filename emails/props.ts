/** The props of a template component, the same when it is compiled (placeholders) and previewed (sample data). */
import type { Placeholder, TemplateName } from '../app/features/email/template-catalog.ts';
import type { Locale } from '../app/features/email/template-fields.ts';
import type { en } from './strings/en.ts';

/** The shape of a locale's strings is that of English: tsc reports missing and surplus keys. */
export type Strings = typeof en;

export interface Frame {
  locale: Locale;
  layout: Strings['layout'];
}

export interface TemplateProps<T extends TemplateName> extends Frame {
  text: Strings[T];
  value: Record<Placeholder<T>, string>;
}
