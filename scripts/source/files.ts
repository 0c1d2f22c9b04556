/** The TypeScript files of the repository, parsed. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ParseResult, parseSync } from 'oxc-parser';

/** @returns paths below `root` of what `pattern` names; never an installed package, or a folder whose name starts with a dot */
export function typescriptFiles(root: string, pattern = '**/*.{ts,tsx,mts,cts}'): string[] {
  const exclude = (name: string) => /(^|\/)(node_modules|\.[^/]+)$/.test(name);
  return globSync(pattern, { cwd: root, exclude }).sort();
}

/** Whether a file is a test, or belongs to the tests of its neighbours. */
export function isTest(file: string): boolean {
  return /\.(test|heavy|browser)\.tsx?$|(^|\/)testing(\/|\.ts$)/.test(file);
}

export interface Source {
  file: string;
  text: string;
  program: ParseResult['program'];
  comments: ParseResult['comments'];
}

/** @throws Error for a file that cannot be parsed */
export function readSource(root: string, file: string): Source {
  return parseSource(file, readFileSync(join(root, file), 'utf8'));
}

/** @throws Error for a text that cannot be parsed; the name's ending says which language it is */
export function parseSource(file: string, text: string): Source {
  const { program, comments, errors } = parseSync(file, text);
  const [error] = errors;
  if (error) throw new Error(`${file} cannot be parsed: ${error.message}`);
  return { file, text, program, comments };
}
