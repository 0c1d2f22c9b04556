/**
 * Parts of schemas that every feature uses. An object or an enumeration with a `title` becomes a component of the OpenAPI document, and
 * generated clients name their types after it. Bodies are named after their operation, and pages after their item.
 */
import { type TObject, type TObjectOptions, type TProperties, type TSchema, type TUnsafe, Type } from 'typebox';

export const Id = (description: string) => Type.String({ format: 'uuid', description });
export const Timestamp = (description: string) => Type.String({ format: 'date-time', description });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A timestamp in a request that null clears, and an empty string too: some generated clients cannot send null. */
export const ClearableTimestamp = (description: string) =>
  Nullable(
    Type.String({
      format: 'date-time-or-empty',
      document: { format: 'date-time' },
      description: `${description} An empty string does the same as null.`,
    }),
  );

/** Matches text without control characters. The pattern means the same in every dialect of regular expressions. */
export const LINE_PATTERN = '^[^\\x00-\\x1f\\x7f-\\x9f]*$';

/**
 * One of several words.
 * @param values not copied, so a list that features add to is complete when the schema is first used
 * @param options.title the name in the document; an enumeration without a title has a single value
 */
export function OneOf<const V extends string>(
  values: readonly V[],
  options: { title?: string; description?: string } = {},
): TUnsafe<V> {
  return Type.Unsafe<V>({ type: 'string', enum: values, ...options });
}

/**
 * An object with a name.
 * @param title the name in the OpenAPI document
 * @param example a complete object, as the API answers it
 */
export const Named = <P extends TProperties>(
  title: string,
  properties: P,
  example?: object,
  options: TObjectOptions = {},
) => Type.Object(properties, { title, ...options, ...(example && { examples: [example] }) });

/** From where a request came, as `RequestOrigin` has it. */
export const Place = Named(
  'Place',
  { ipAddress: Nullable(Type.String()), userAgent: Nullable(Type.String()) },
  { ipAddress: '203.0.113.7', userAgent: 'Mozilla/5.0' },
);

/** `{ status: … }`, for answers that contain nothing else. */
export const StatusOf = <const V extends string>(title: string, status: V) =>
  Type.Object({ status: OneOf([status]) }, { title, examples: [{ status }] });

/** The number of rows of a page if the caller sends no limit. */
export const DEFAULT_LIMIT = 20;

/** The query parameters of every list. */
export const pageFields = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT, description: 'The maximum number of elements.' }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 1_000, description: '`nextCursor` of the previous page.' })),
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
  { title: 'Fault', description: 'The error of one value.' },
);

const SignInChallenge = Type.Object(
  {
    token: Type.String({ description: 'To be sent with the answer.' }),
    factors: Type.Array(Type.String(), { description: 'The factors that the person can prove; one is enough.' }),
    expiresAt: Timestamp('When the sign-in must begin again.'),
  },
  { title: 'SignInChallenge', description: 'With second_factor_required: what completes the sign-in.' },
);

/**
 * A problem document (RFC 9457).
 * @param title the name in the OpenAPI document
 * @param codes the possible values of `code`
 */
export function ProblemOf(title: string, codes: readonly string[]) {
  return Type.Object(
    {
      type: Type.String({ format: 'uri', description: 'A page about this code.' }),
      title: Type.String(),
      status: Type.Integer(),
      detail: Type.Optional(Type.String()),
      code: OneOf(codes, {
        title: `${title}Code`,
        description: 'A stable code in snake_case, for programs to compare.',
      }),
      requestId: Type.String(),
      reasons: Type.Optional(Type.Array(Type.String(), { description: 'With weak_password: the reasons.' })),
      challenge: Type.Optional(SignInChallenge),
      proofs: Type.Optional(
        Type.Array(Type.String(), {
          description: 'With recent_sign_in_required: how the person can prove it; one is enough.',
        }),
      ),
      provider: Type.Optional(
        Type.String({ description: 'With company_sign_in_required: the provider that the person has to use.' }),
      ),
      attemptsLeft: Type.Optional(
        Type.Integer({
          description: 'With second_factor_incorrect: the wrong answers that the challenge still allows.',
        }),
      ),
      permission: Type.Optional(Type.String({ description: 'With forbidden: the missing permission.' })),
      errors: Type.Optional(Type.Array(Fault, { description: 'With validation_failed: the errors, one per value.' })),
    },
    { title, description: 'A problem document (RFC 9457).' },
  );
}
