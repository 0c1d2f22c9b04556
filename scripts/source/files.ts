/** Finds and parses the TypeScript files of the repository. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ParseResult, parseSync } from 'oxc-parser';

/** @returns paths below `root` that match `pattern`, without installed packages and folders whose name starts with a dot */
export function typescriptFiles(root: string, pattern = '**/*.{ts,tsx,mts,cts}'): string[] {
  const exclude = (name: string) => /(^|\/)(node_modules|\.[^/]+)$/.test(name);
  return globSync(pattern, { cwd: root, exclude }).sort();
}

/** True if a file is a test, or belongs to the tests beside it. */
export function isTest(file: string): boolean {
  return /\.(test|heavy|browser)\.tsx?$|(^|\/)testing(\/|\.ts$)/.test(file);
}

export interface Source {
  file: string;
  text: string;
  program: ParseResult['program'];
  comments: ParseResult['comments'];
}

/** @throws Error if the file cannot be parsed */
export function readSource(root: string, file: string): Source {
  return parseSource(file, readFileSync(join(root, file), 'utf8'));
}

/** @throws Error if the text cannot be parsed; the ending of the name selects the language */
export function parseSource(file: string, text: string): Source {
  const { program, comments, errors } = parseSync(file, text);
  const [error] = errors;
  if (error) throw new Error(`${file} cannot be parsed: ${error.message}`);
  return { file, text, program, comments };
}
