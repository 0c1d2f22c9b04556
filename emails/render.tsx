/**
 * Renders a declared email in one language to a subject, HTML and text that still contain their placeholders, and checks that these are
 * exactly its fields. `scripts/compile-emails.ts` runs it and owns the files.
 */
import { render } from 'react-email';
import type { Part } from '../app/features/email/declaration.ts';
import { Layout } from './components/layout.tsx';
import { Action, Details, Notes, Paragraph } from './components/parts.tsx';
import { plainText } from './plain-text.ts';

export interface Source {
  /** `<template>.<locale>`, for messages. */
  name: string;
  locale: string;
  /** The names of the fields, `greeting` not among them. */
  fields: readonly string[];
  parts: readonly Part[];
  texts: Readonly<Record<string, string>>;
  phrases: Readonly<Record<string, string>>;
}

export interface Compiled {
  subject: string;
  html: string;
  text: string;
}

/** @throws Error for a placeholder that is no field, a field that the texts do not use, and a text that is missing or not used */
export async function renderEmail(source: Source): Promise<Compiled> {
  const { name, locale, fields, parts, phrases } = source;
  const used = new Set(['subject', 'preheader', 'heading', 'reason']);
  const text = (key: string): string => {
    used.add(key);
    return required(source.texts, key, name);
  };
  const bulk = fields.includes('unsubscribeUrl');
  const html = await render(
    <Layout
      locale={locale}
      text={{ preheader: text('preheader'), heading: text('heading'), reason: text('reason') }}
      greeting="{{greeting}}"
      unsubscribe={bulk ? { label: required(phrases, 'unsubscribe', name), url: '{{unsubscribeUrl}}' } : undefined}
    >
      {parts.map((part, index) => (
        <PartOf key={String(index)} part={part} text={text} fallback={required(phrases, 'buttonFallback', name)} />
      ))}
    </Layout>,
  );
  const compiled = { subject: text('subject'), html, text: plainText(html) };
  const surplus = Object.keys(source.texts).filter((key) => !used.has(key));
  if (surplus.length > 0) throw new Error(`${name}: no part shows the text ${surplus.join(', ')}`);
  checkPlaceholders(name, ['greeting', 'product', ...fields], compiled);
  return compiled;
}

function PartOf({ part, text, fallback }: { part: Part; text: (key: string) => string; fallback: string }) {
  switch (part.kind) {
    case 'paragraph':
      return <Paragraph>{text(part.text)}</Paragraph>;
    case 'button':
      return <Action label={text(part.text)} url={`{{${part.link}}}`} fallback={fallback} />;
    case 'details':
      return <Details rows={part.rows.map(({ label, value }) => [text(label), `{{${value}}}`])} />;
    case 'notes':
      return <Notes>{part.texts.map(text)}</Notes>;
  }
}

function required(texts: Readonly<Record<string, string>>, key: string, name: string): string {
  const text = texts[key];
  if (text === undefined) throw new Error(`${name}: the text ${key} is missing`);
  return text;
}

function checkPlaceholders(name: string, known: string[], { subject, html, text }: Compiled): void {
  const used = (part: string) => [...part.matchAll(/\{\{(.*?)\}\}/gs)].map((match) => match[1] ?? '');
  const strange = used(subject + html + text).filter((placeholder) => !known.includes(placeholder));
  if (strange.length > 0)
    throw new Error(`${name}: unknown placeholder ${strange.join(', ')}; it has ${known.join(', ')}`);
  for (const [kind, part] of Object.entries({ html, text })) {
    const missing = known.filter((placeholder) => !used(part).includes(placeholder));
    if (missing.length > 0) throw new Error(`${name}: its ${kind} does not use ${missing.join(', ')}`);
  }
}
