/** Reads what test/statements/recording.ts wrote. */
import { readFileSync } from 'node:fs';

export interface RecordedStatement {
  readonly text: string;
  /** The file that sent it, from the root of the repository; empty if unknown. */
  readonly sender: string;
  /** For each parameter, the position of the first one with the same value. */
  readonly same: readonly number[];
}

export interface Statement {
  readonly text: string;
  readonly senders: readonly string[];
  /** For each parameter, the first one that always had the same value. */
  readonly same: readonly number[];
}

/** Files that send statements only in tests, or beside the service, as migrations are. */
const BESIDE =
  /(?:^app\/migrate\.ts$|\.(?:test|heavy|browser)\.ts$|^(?:test|bench|dev|scripts)\/|\/(?:testing|tools|bench)\/|^packages\/|test-service)/;

/** True for a statement of the service, and for one of which no sender is known. */
export function isOfService({ senders }: Pick<Statement, 'senders'>): boolean {
  const known = senders.filter((sender) => sender !== '');
  return known.length === 0 || known.some((sender) => !BESIDE.test(sender));
}

/** Joins the lines of all processes: one statement per text. */
export function readStatements(file: string): Statement[] {
  const statements = new Map<string, { text: string; senders: Set<string>; same: number[] }>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const { text, sender, same } = JSON.parse(line) as RecordedStatement;
    const known = statements.get(text);
    if (!known) {
      statements.set(text, { text, senders: new Set([sender]), same: [...same] });
      continue;
    }
    known.senders.add(sender);
    known.same = known.same.map((first, index) => (same[index] === first ? first : index));
  }
  return [...statements.values()].map(({ text, senders, same }) => ({ text, same, senders: [...senders].sort() }));
}
