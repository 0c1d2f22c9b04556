import type { Placeholder, TemplateName } from '../app/features/email/template-catalog.ts';
import type { Locale } from '../app/features/email/template-fields.ts';
import { sampleData } from '../app/features/email/template-samples.ts';
import { fill, templateValues } from '../app/features/email/template-values.ts';
import type { Strings, TemplateProps } from './props.ts';
import { strings } from './strings/strings.ts';

/** The props for a template in react-email's development server: its texts, filled with sample data. */
export function preview<T extends TemplateName>(template: T, locale: Locale = 'en'): TemplateProps<T> {
  const { layout, phrases, [template]: text } = strings[locale];
  const value: Record<Placeholder<T>, string> = templateValues(template, sampleData[template], locale, phrases);
  const filled = Object.fromEntries(Object.entries(text).map(([key, line]) => [key, fill(line, value)]));
  return { locale, layout, text: filled as Strings[T], value };
}
