/** Describes SQL statements for metrics and spans, without their values. */

const OPERATIONS = new Set(['select', 'insert', 'update', 'delete', 'with', 'begin', 'commit', 'rollback']);

/** Returns the first word of a statement if it is a known operation, and `other` otherwise. */
export function operationOf(text: string): string {
  const word = text.trimStart().slice(0, 8).split(/\W/, 1)[0]!.toLowerCase();
  return OPERATIONS.has(word) ? word : 'other';
}

const CHANGES = /\b(?:insert|update|delete|merge|truncate|lock|alter|create|drop|refresh|for\s+(?:key\s+)?share)\b/i;

/** Returns false for a statement that waits for no lock that others hold for long: one that only reads, and locks no row. */
export const mayWaitForLock = (text: string): boolean => CHANGES.test(text);

export interface StatementDescription {
  /** The operation and the table, e.g. `select users`. It has few different values, so it can name a span. */
  readonly summary: string;
  /** Span attributes that follow OpenTelemetry's semantic conventions for databases. */
  readonly attributes: Readonly<Record<string, string>>;
}

const NAME = '("?[a-z_]\\w*"?(?:\\."?\\w+"?)?)';
/** Matches the first table name, but not a function call after `from`, as in `extract(epoch from now())`. */
const TABLE = new RegExp(`\\b(?:into\\s+${NAME}|(?:from|update|join)\\s+${NAME}(?![\\w".]|\\s*\\())`, 'i');

/** A cache of descriptions. Most texts are the same few; the size is bounded because lists of values produce new texts. */
const known = new Map<string, StatementDescription>();
const MOST_KNOWN = 500;

/** Describes a statement without its text: the text can be long, and can contain values that were written into it. */
export function describeStatement(text: string): StatementDescription {
  const before = known.get(text);
  if (before) return before;
  const operation = operationOf(text);
  const [, into, other] = TABLE.exec(text) ?? [];
  const table = (into ?? other)?.replaceAll('"', '');
  const summary = table === undefined ? operation : `${operation} ${table}`;
  const description = {
    summary,
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      'db.query.summary': summary,
      ...(table !== undefined && { 'db.collection.name': table }),
    },
  };
  if (known.size < MOST_KNOWN) known.set(text, description);
  return description;
}
