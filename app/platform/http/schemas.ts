/**
 * Pieces of schemas that every feature uses. A `title` names an object or an enumeration in the OpenAPI document, where it becomes a
 * component: generated clients name their types after it. Bodies and pages are named by the operation and by their item.
 */
import { type TObject, type TObjectOptions, type TProperties, type TSchema, type TUnsafe, Type } from 'typebox';

export const Id = (description: string) => Type.String({ format: 'uuid', description });
export const Timestamp = (description: string) => Type.String({ format: 'date-time', description });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** Text without control characters. The pattern means the same in every dialect of regular expressions. */
export const LINE_PATTERN = '^[^\\x00-\\x1f\\x7f-\\x9f]*$';

/**
 * One of several words.
 * @param values kept as they are, not copied: a list that features add to is complete when it is first used
 * @param options.title names it in the document; an anonymous one has a single word
 */
export function OneOf<const V extends string>(
  values: readonly V[],
  options: { title?: string; description?: string } = {},
): TUnsafe<V> {
  return Type.Unsafe<V>({ type: 'string', enum: values, ...options });
}

/**
 * An object with a name.
 * @param title names it in the OpenAPI document
 * @param example a whole one, as it is answered
 */
export const Named = <P extends TProperties>(
  title: string,
  properties: P,
  example?: object,
  options: TObjectOptions = {},
) => Type.Object(properties, { title, ...options, ...(example && { examples: [example] }) });

/** `{ status: … }`, where nothing else needs to be said. */
export const StatusOf = <const V extends string>(title: string, status: V) =>
  Type.Object({ status: OneOf([status]) }, { title, examples: [{ status }] });

/** How many rows a page has where the caller does not say. */
export const DEFAULT_LIMIT = 20;

/** The query of every list. */
export const pageFields = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT, description: 'How many, at most.' }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 1_000, description: '`nextCursor` of the page before.' })),
};

/** A page of a list: `{ data, nextCursor }`. */
export function Page<T extends TObject>(item: T) {
  const { title, examples } = item as { title?: string; examples?: unknown[] };
  return Type.Object(
    { data: Type.Array(item), nextCursor: Nullable(Type.String({ description: 'null on the last page.' })) },
    { title: `${title}Page`, ...(examples && { examples: [{ data: examples.slice(0, 1), nextCursor: null }] }) },
  );
}

const Fault = Type.Object(
  {
    in: Type.String({ description: '`body`, `query` or `path`.' }),
    path: Type.String({ description: 'A JSON Pointer (RFC 6901).' }),
    message: Type.String(),
  },
  { title: 'Fault', description: 'What is wrong with one value.' },
);

/**
 * A problem document (RFC 9457).
 * @param title names it
 * @param codes what `code` may be
 */
export function ProblemOf(title: string, codes: readonly string[]) {
  return Type.Object(
    {
      type: Type.String({ format: 'uri', description: 'A page about this code.' }),
      title: Type.String(),
      status: Type.Integer(),
      detail: Type.Optional(Type.String()),
      code: OneOf(codes, { title: `${title}Code`, description: 'Stable, in snake_case: what programs compare.' }),
      requestId: Type.String(),
      reasons: Type.Optional(Type.Array(Type.String(), { description: 'With weak_password: why.' })),
      permission: Type.Optional(Type.String({ description: 'With forbidden: what is missing.' })),
      errors: Type.Optional(Type.Array(Fault, { description: 'With validation_failed: each fault.' })),
    },
    { title, description: 'A problem document (RFC 9457).' },
  );
}
