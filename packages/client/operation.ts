/** What the generated operations are: a short text for the runtime, with the types of input, answer and problem codes for the compiler. */
declare const types: unique symbol;

/**
 * One operation of the API. Its text is `METHOD /path/{with}/{parameters}`, followed by words that the runtime needs: `public` (needs no access
 * token), `key` (takes an Idempotency-Key), `stream` (its answer is not JSON).
 */
export type Operation<Input = unknown, Output = unknown, Code extends string = string> = string & {
  readonly [types]?: { readonly input: Input; readonly output: Output; readonly code: Code };
};

// biome-ignore lint/suspicious/noExplicitAny: any operation
export type AnyOperation = Operation<any, any, any>;

type Types<O> = O extends { readonly [types]?: infer T } ? NonNullable<T> : never;

/** The parameters of an operation: those of the path and the query by name, and `body`. */
export type InputOf<O> = Types<O> extends { readonly input: infer Input } ? Input : never;

/** What an operation answers. */
export type OutputOf<O> = Types<O> extends { readonly output: infer Output } ? Output : never;

/** The codes with which an operation may refuse. */
export type CodeOf<O> = Types<O> extends { readonly code: infer Code extends string } ? Code : never;

/** One element of a list that an operation answers in pages; `never` for other operations. */
export type ItemOf<O> = OutputOf<O> extends { data: readonly (infer Item)[]; nextCursor: string | null } ? Item : never;

export interface ParsedOperation {
  readonly method: string;
  readonly path: string;
  readonly isPublic: boolean;
  readonly takesKey: boolean;
  readonly isStream: boolean;
}

export function parseOperation(operation: string): ParsedOperation {
  const [method = '', path = '', ...words] = operation.split(' ');
  return {
    ...{ method, path },
    isPublic: words.includes('public'),
    takesKey: words.includes('key'),
    isStream: words.includes('stream'),
  };
}

/**
 * The URL and the body of a call.
 * @param input fills the path; `body` is the body; everything else is the query, without what is undefined
 */
export function address({ path }: ParsedOperation, input: Readonly<Record<string, unknown>>) {
  const { body, ...given } = input;
  const parameters: Record<string, unknown> = given;
  const filled = path.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const value = parameters[name];
    delete parameters[name];
    // An empty segment would be another operation.
    if (value === undefined || value === null || value === '') throw new TypeError(`${name} is missing for ${path}`);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null) query.append(name, String(value));
  }
  const text = query.toString();
  return { path: text ? `${filled}?${text}` : filled, body };
}
