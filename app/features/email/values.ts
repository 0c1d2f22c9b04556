/** From the data of an email to the raw text of its placeholders, for emails that are sent, previewed and tested. */
import { declarationOf } from './declaration.ts';
import { type Field, type Locale, link, type Phrase, TemplateError } from './fields.ts';
import { isPlainName } from './stranger-names.ts';
import { oneLine } from './text.ts';

const NAME_MAX = 60;

/** The fields of an email, and `unsubscribeUrl` if readers may unsubscribe from it. @throws {TemplateError} if nobody declares it */
export function fieldsOf(template: string): Record<string, Field<never>> {
  const declaration = declarationOf(template);
  if (!declaration) throw new TemplateError('unknown email template');
  return declaration.bulk ? { ...declaration.fields, unsubscribeUrl: link } : declaration.fields;
}

/**
 * The raw text of each placeholder of `template`.
 * @param product the product's name
 * @throws {TemplateError} if `data` lacks a field, has one the template does not know, or a value is not what it should be
 */
export function templateValues(
  template: string,
  data: Readonly<Record<string, unknown>>,
  locale: Locale,
  phrase: Phrase,
  product: string,
): Record<string, string> {
  const fields = fieldsOf(template);
  const given: Record<string, unknown> = { ...data };
  const values: Record<string, string> = { greeting: greeting(given.name, phrase), product };
  for (const [name, format] of Object.entries(fields)) {
    try {
      values[name] = format(given[name] as never, locale, phrase);
    } catch (cause) {
      const problem = cause instanceof TemplateError ? cause.message : 'not valid';
      throw new TemplateError(`email ${template}: ${name} is ${problem}`, { cause });
    }
  }
  const unknown = Object.keys(given).find((name) => name !== 'name' && !Object.hasOwn(fields, name));
  if (unknown !== undefined) throw new TemplateError(`email ${template}: unknown field ${oneLine(unknown, NAME_MAX)}`);
  return values;
}

function greeting(name: unknown, phrase: Phrase): string {
  const shown = typeof name === 'string' ? oneLine(name, NAME_MAX) : '';
  // Someone may register a stranger's address under the name "win-a-prize.example". Such a name is not repeated.
  if (!isPlainName(shown)) return phrase('greetingNameless') ?? '';
  return (phrase('greeting') ?? '').replace('{{name}}', () => shown);
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
