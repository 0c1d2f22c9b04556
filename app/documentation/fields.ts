/** A JSON Schema as a table of fields: name, type, limits, meaning. */
import { type Html, html } from '../platform/http/html.ts';
import { inline } from './markdown.ts';
import type { Parameter, Schema } from './openapi.ts';

interface Field {
  name: string;
  schema: Schema;
  required: boolean;
  description: string | undefined;
}

/** One row per field. Nested fields are named like `user.id` and `data[].id`. */
export function fieldTable(schema: Schema, label: string): Html | false {
  const fields = fieldsOf(schema, '');
  return fields.length > 0 && table(fields, label);
}

export function parameterTable(parameters: readonly Parameter[], label: string): Html | false {
  const fields = parameters.map(({ name, schema, required = false, description }) => ({
    name,
    schema,
    // The document calls a parameter with a default required, since handlers always find it there.
    required: required && schema.default === undefined,
    description,
  }));
  return fields.length > 0 && table(fields, label);
}

function table(fields: readonly Field[], label: string): Html {
  return html`<table class="fields"><caption>${label}</caption>
<thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
<tbody>${fields.map(row)}</tbody></table>`;
}

function row({ name, schema, required, description }: Field): Html {
  const limits = limitsOf(schema);
  return html`<tr><th scope="row"><code>${name}</code>${!required && html` <small>optional</small>`}</th>
<td>${typeOf(schema)}</td><td>${description && inline(description)}${allowedValues(schema)}
${limits.length > 0 && html`<span class="limits">${limits.map((limit, index) => html`${index > 0 && ' · '}${inline(limit)}`)}</span>`}</td></tr>\n`;
}

const MAX_SHOWN_VALUES = 6;

/** The values of an enumeration; a long list is folded. */
function allowedValues({ enum: values = [] }: Schema): Html | false {
  if (values.length === 0) return false;
  const list = html`${values.map((value, index) => html`${index > 0 && ', '}<code>${String(value)}</code>`)}`;
  if (values.length === 1) return html`<span class="limits">always ${list}</span>`;
  if (values.length <= MAX_SHOWN_VALUES) return html`<span class="limits">one of ${list}</span>`;
  return html`<details class="limits"><summary>one of ${values.length} values</summary>${list}</details>`;
}

function fieldsOf(schema: Schema, prefix: string): Field[] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([key, member]) => {
    const name = prefix + key;
    const field = { name, schema: member, required: required.includes(key), description: member.description };
    if (member.items) return [field, ...fieldsOf(member.items, `${name}[].`)];
    return [field, ...fieldsOf(member, `${name}.`)];
  });
}

function typeOf({ type, format, enum: values, anyOf, items }: Schema): string {
  if (values && type === undefined)
    return [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))].join(' or ');
  if (anyOf) return anyOf.map(typeOf).join(' or ');
  if (items) return `list of ${typeOf(items)}`;
  const name = type === undefined ? 'any' : [type].flat().join(' or ');
  return format ? `${name}, ${format}` : name;
}

function limitsOf(schema: Schema): string[] {
  const { minLength, maxLength, minimum, maximum, pattern } = schema.anyOf?.[0] ?? schema;
  const range = (from: number | undefined, to: number | undefined, unit: string) => {
    if (from !== undefined && to !== undefined) return [`${from} to ${to.toLocaleString('en')}${unit}`];
    if (to !== undefined) return [`at most ${to.toLocaleString('en')}${unit}`];
    return from === undefined ? [] : [`at least ${from}${unit}`];
  };
  return [
    ...range(minLength, maxLength, ' characters'),
    ...range(minimum, maximum, ''),
    ...(pattern === undefined ? [] : [`matches \`${pattern}\``]),
    ...(schema.default === undefined ? [] : [`default \`${JSON.stringify(schema.default)}\``]),
  ];
}
