/** From a mail's data to the raw text of its placeholders. Used where mails are rendered, previewed and compiled. */
import { type Placeholder, type TemplateData, type TemplateName, templates } from './template-catalog.ts';
import { type Locale, oneLine, type Phrases, TemplateError } from './template-fields.ts';

const NAME_MAX = 60;
// Someone may register a stranger's address under the name "win-a-prize.example": such a name is not repeated, because
// mail clients would turn it into a link in a mail from us.
const LINK_LIKE = /:\/\/|www\.|[\p{L}\p{N}]\.\p{L}{2}|[/@]/iu;

/**
 * The raw text of each placeholder of `template`.
 * @throws {TemplateError} if `data` lacks a field, has one the template does not know, or a value is not what it should be
 */
export function templateValues<T extends TemplateName>(
  template: T,
  data: TemplateData[T],
  locale: Locale,
  phrases: Phrases,
): Record<Placeholder<T>, string> {
  const fields: Record<string, (value: never, locale: Locale, phrases: Phrases) => string> = templates[template].fields;
  const given: Record<string, unknown> = { ...data };
  const values: Record<string, string> = { greeting: greeting(given.name, phrases) };
  for (const [name, format] of Object.entries(fields)) {
    try {
      values[name] = format(given[name] as never, locale, phrases);
    } catch (cause) {
      const problem = cause instanceof TemplateError ? cause.message : 'not valid';
      throw new TemplateError(`email ${template}: ${name} is ${problem}`, { cause });
    }
  }
  const unknown = Object.keys(given).find((name) => name !== 'name' && !Object.hasOwn(fields, name));
  if (unknown !== undefined) throw new TemplateError(`email ${template}: unknown field ${oneLine(unknown, NAME_MAX)}`);
  return values as Record<Placeholder<T>, string>;
}

function greeting(name: unknown, phrases: Phrases): string {
  const shown = typeof name === 'string' ? oneLine(name, NAME_MAX) : '';
  if (shown === '' || LINK_LIKE.test(shown)) return phrases.greetingNameless;
  return phrases.greeting.replace('{{name}}', () => shown);
}

/**
 * `text` with its `{{placeholders}}` replaced, in one pass: braces inside a value stay what they are.
 * @throws {TemplateError} if a placeholder has no value
 */
export function fill(text: string, values: Record<string, string>, encode = (value: string) => value): string {
  return text.replace(/\{\{(.*?)\}\}/gs, (_match, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new TemplateError(`no value for the placeholder {{${name}}}`);
    return encode(value);
  });
}
