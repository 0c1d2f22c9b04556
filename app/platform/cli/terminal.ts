/** How commands speak: tables for people, JSON for programs, progress on a terminal for whatever takes longer than a second. */
import type { Command } from 'commander';

/** The command cannot be carried out, and nothing is wrong with the program. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** True if `--json` was given, anywhere on the line. */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals().json === true;
}

/** Prints a result: as JSON, or as the lines that `describe` makes of it. */
export function print<T>(command: Command, result: T, describe: (result: T) => string | string[]): void {
  const text = wantsJson(command) ? JSON.stringify(result, null, 2) : [describe(result)].flat().join('\n');
  process.stdout.write(`${text}\n`);
}

/** Columns, aligned. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return [line(headings.map((heading) => heading.toUpperCase())), ...rows.map(line)];
}

const PATIENCE_MS = 1_000;
const FRAMES = ['|', '/', '-', '\\'];

/** Shows that something is happening, on a terminal, once `work` has taken a second. */
export async function withProgress<T>(
  label: string,
  work: (report: (status: string) => void) => Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY) return work(() => {});
  let status = '';
  let frame = 0;
  const startedAt = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - startedAt < PATIENCE_MS) return;
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    process.stderr.write(`\r\x1b[K${FRAMES[frame++ % FRAMES.length]} ${label} ${status} ${seconds} s`);
  }, 100);
  try {
    return await work((text) => {
      status = text;
    });
  } finally {
    clearInterval(timer);
    process.stderr.write('\r\x1b[K');
  }
}
