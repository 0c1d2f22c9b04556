/**
 * The error catalogue. A feature declares its errors in its `errors.ts` with `defineErrors`; code throws
 * `errors.some_code({ detail })`; `http/problems.ts` turns a `Problem` into an RFC 9457 document.
 */
export interface ErrorDefinition {
  /** HTTP status, 4xx, 501 or 503. */
  readonly status: number;
  /** One short sentence, the same for every occurrence (RFC 9457 section 3.1.4). */
  readonly title: string;
  /** Response headers of this error. */
  readonly headers?: readonly string[];
}

export interface ProblemOptions {
  /** The reason in this case, for the caller. Never contains a secret or another person's data. */
  detail?: string;
  /** The underlying error; logged if the status is 5xx, never sent. */
  cause?: unknown;
  /** Response headers, e.g. `retry-after` in seconds. */
  headers?: Record<string, string>;
  /** Extension members of the problem document, e.g. `{ reasons: [...] }`. */
  extensions?: Record<string, unknown>;
}

export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly headers: Record<string, string>;
  readonly extensions: Record<string, unknown>;

  constructor(code: string, definition: ErrorDefinition, options: ProblemOptions = {}) {
    super(options.detail ?? definition.title, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.status = definition.status;
    this.title = definition.title;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
    this.extensions = options.extensions ?? {};
  }
}

/** Creates a `Problem` with one code. It carries the definition of the code, so that routes can declare it. */
export interface ProblemFactory extends ErrorDefinition {
  (options?: ProblemOptions): Problem;
  readonly code: string;
  readonly headers: readonly string[];
}

const catalogue = new Map<string, ProblemFactory>();

/**
 * Declares error codes.
 * @param definitions code (stable, snake_case) -> status and title
 * @returns code -> a function that creates the `Problem` to throw
 * @throws Error if a code is declared twice: codes are unique across the service
 */
export function defineErrors<const T extends Record<string, ErrorDefinition>>(
  definitions: T,
): { readonly [K in keyof T]: ProblemFactory } {
  const factories: Record<string, ProblemFactory> = {};
  for (const [code, definition] of Object.entries(definitions)) {
    if (catalogue.has(code)) throw new Error(`error code declared twice: ${code}`);
    const factory = factoryOf(code, definition);
    catalogue.set(code, factory);
    factories[code] = factory;
  }
  return factories as { readonly [K in keyof T]: ProblemFactory };
}

/** Returns the same code with another status, for a code that the API uses in two situations. */
export function withStatus(factory: ProblemFactory, status: number, title: string): ProblemFactory {
  return factoryOf(factory.code, { status, title });
}

function factoryOf(code: string, definition: ErrorDefinition): ProblemFactory {
  const make = (options?: ProblemOptions) => new Problem(code, definition, options);
  const { status, title, headers = [] } = definition;
  return Object.assign(make, { code, status, title, headers });
}

/** Returns every declared error, sorted by code. The documentation and its tests use this list. */
export function allErrors(): ProblemFactory[] {
  return [...catalogue.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}
