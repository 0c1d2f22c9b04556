/**
 * Writes down the statements that a process sends to PostgreSQL, for `scripts/check-statements.ts`. `npm test` loads it into every process
 * when STATEMENTS_FILE names a file. Nothing of the service knows of it, so it costs nothing otherwise.
 */
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { RecordedStatement } from '../../scripts/statements/reading.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A statement that tests send too is asked so often where it comes from. */
const MOST_LOOKS = 30;
/** Frames of the code that sends statements for others. */
const CARRIERS = /^(?:node_modules|app\/platform\/database\/(?!.*\.test\.ts)|test\/statements|app\/module-loading)/;

interface Known {
  /** As in `RecordedStatement`, over all runs so far. */
  same: number[] | undefined;
  senders: Set<string>;
  looks: number;
}

type Sent = string | { text: string; values?: unknown[] };

/** Writes each distinct statement to the file, one JSON document per line: its text, its sender, and which parameters are equal. */
export function record(file: string): void {
  const known = new Map<string, Known>();
  const prototype = pg.Client.prototype as unknown as {
    query: (sent: Sent, values?: unknown[], ...rest: unknown[]) => unknown;
  };
  const { query } = prototype;
  prototype.query = function recorded(sent, values, ...rest) {
    const text = typeof sent === 'string' ? sent : sent?.text;
    if (typeof text === 'string') note(text, (typeof sent === 'string' ? values : (sent.values ?? values)) ?? []);
    return query.call(this, sent, values, ...rest);
  };

  function note(text: string, values: unknown): void {
    const entry: Known = known.get(text) ?? { same: undefined, senders: new Set(), looks: 0 };
    known.set(text, entry);
    const equal = equalParameters(Array.isArray(values) ? values : []);
    const same = entry.same?.map((first, index) => (equal[index] === first ? first : index)) ?? equal;
    const isNews = entry.same?.some((first, index) => same[index] !== first) ?? true;
    entry.same = same;
    if (!isNews && entry.looks >= MOST_LOOKS) return;
    entry.looks++;
    const sender = senderOf(stack());
    if (!isNews && entry.senders.has(sender)) return;
    entry.senders.add(sender);
    const statement: RecordedStatement = { text, sender, same };
    appendFileSync(file, `${JSON.stringify(statement)}\n`);
  }
}

/** For each parameter, the position of the first one that has the same value. Absent values are equal to nothing. */
function equalParameters(values: readonly unknown[]): number[] {
  return values.map((value, index) => {
    const first = value === null || value === undefined ? index : values.indexOf(value);
    return first < 0 ? index : first;
  });
}

function stack(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const { stack: text = '' } = new Error();
  Error.stackTraceLimit = before;
  return text;
}

/** The file of the repository that sent the statement; empty if the stack does not reach it. */
function senderOf(text: string): string {
  const paths = text.split('\n').flatMap((line) => {
    const at = line.indexOf(ROOT);
    return at < 0 ? [] : line.slice(at + ROOT.length).replace(/:\d+:\d+\)?$/, '');
  });
  const senders = paths.filter((path) => !CARRIERS.test(path));
  // The platform runs what features declare, and sends statements of its own.
  return senders.find((path) => !path.startsWith('app/platform/')) ?? senders[0] ?? '';
}

if (process.env.STATEMENTS_FILE) record(process.env.STATEMENTS_FILE);
