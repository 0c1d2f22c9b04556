/**
 * Renders every template in every locale to a subject, HTML and text that still contain their placeholders, and checks that these are exactly the
 * fields of the catalogue. `scripts/compile-emails.ts` runs it and owns the files.
 */
import { createElement, type FunctionComponent } from 'react';
import { render } from 'react-email';
import {
  type Placeholder,
  type TemplateName,
  templateNames,
  templates,
} from '../app/features/email/template-catalog.ts';
import { type Locale, locales } from '../app/features/email/template-fields.ts';
import { plainText } from './plain-text.ts';
import type { TemplateProps } from './props.ts';
import { sources } from './sources.ts';
import { strings } from './strings/strings.ts';

/** The compiled files, by name: `<template>.<locale>.json` and `phrases.<locale>.json`. */
export async function compileEmails(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const locale of locales) {
    files.set(`phrases.${locale}.json`, json(strings[locale].phrases));
    for (const template of templateNames) {
      files.set(`${template}.${locale}.json`, json(await compile(template, locale)));
    }
  }
  return files;
}

async function compile<T extends TemplateName>(template: T, locale: Locale) {
  const names = ['greeting', ...Object.keys(templates[template].fields)];
  const value = Object.fromEntries(names.map((name) => [name, `{{${name}}}`])) as Record<Placeholder<T>, string>;
  const { layout, [template]: text } = strings[locale];
  const Template = sources[template] as FunctionComponent<TemplateProps<T>>;
  const html = await render(createElement(Template, { locale, layout, text, value }));
  const mail = { subject: text.subject, html, text: plainText(html) };
  checkPlaceholders(`${template}.${locale}`, names, mail);
  return mail;
}

/** Throws for an unknown placeholder, and for a field that a locale's text does not use. */
function checkPlaceholders(name: string, known: string[], mail: { subject: string; html: string; text: string }): void {
  const used = (text: string) => [...text.matchAll(/\{\{(.*?)\}\}/gs)].map((match) => match[1] ?? '');
  const strange = used(mail.subject + mail.html + mail.text).filter((placeholder) => !known.includes(placeholder));
  if (strange.length > 0)
    throw new Error(`${name}: unknown placeholder ${strange.join(', ')}; it has ${known.join(', ')}`);
  for (const part of ['html', 'text'] as const) {
    const missing = known.filter((placeholder) => !used(mail[part]).includes(placeholder));
    if (missing.length > 0) throw new Error(`${name}: its ${part} does not use ${missing.join(', ')}`);
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
