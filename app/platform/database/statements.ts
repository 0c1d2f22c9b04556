/** What a statement does, in a few words that hold none of its values: for metrics and spans. */

const OPERATIONS = new Set(['select', 'insert', 'update', 'delete', 'with', 'begin', 'commit', 'rollback']);

/** Its first word, where that is one of a few; else `other`. */
export function operationOf(text: string): string {
  const word = text.trimStart().slice(0, 8).split(/\W/, 1)[0]!.toLowerCase();
  return OPERATIONS.has(word) ? word : 'other';
}

export interface StatementDescription {
  /** The operation and the table, e.g. `select users`: bounded, so that it can name a span. */
  readonly summary: string;
  /** By OpenTelemetry's semantic conventions for databases. */
  readonly attributes: Readonly<Record<string, string>>;
}

const NAME = '("?[a-z_]\\w*"?(?:\\."?\\w+"?)?)';
/** The first table that is named; not a function, which `extract(epoch from now())` names in the same place. */
const TABLE = new RegExp(`\\b(?:into\\s+${NAME}|(?:from|update|join)\\s+${NAME}(?![\\w".]|\\s*\\())`, 'i');

/** Texts that were described already. Most are the same few; the bound is for those that a list of values makes longer each time. */
const known = new Map<string, StatementDescription>();
const MOST_KNOWN = 500;

/** Its text is not in it: that would be long, and a value that somebody wrote into a text would be in it too. */
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
