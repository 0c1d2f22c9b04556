/** The blocks of commands that documents print, by page and by the mark behind the language. */
import { globSync, readFileSync } from 'node:fs';

export interface Block {
  /** The page and the mark, or the number of the block on its page. */
  place: string;
  mark: string;
  commands: string;
}

/** Every block in a shell's language, without the indentation of the list that it stands in. */
export function printedBlocks(): Block[] {
  const pages = globSync(['*.md', 'docs/**/*.md', 'terraform/*.md', 'emails/*.md', 'packages/*/*.md'], {
    exclude: (path) => path.includes('node_modules'),
  });
  return pages.flatMap((path) => {
    const fences = readFileSync(path, 'utf8').matchAll(/^( *)```(?:bash|sh)(?: ([\w-]+))?\n(.*?)^ *```/gms);
    return [...fences].map(([, indent = '', mark = '', body = ''], index) => ({
      place: `${path}, block ${mark || index + 1}`,
      mark,
      commands: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }));
  });
}

/** @throws Error when no page has a block of that mark */
export function printedBlock(mark: string): string {
  const block = printedBlocks().find((one) => one.mark === mark);
  if (!block) throw new Error(`no document has a block ${mark}`);
  return block.commands;
}

/** Commands that are printed in a sentence or in a table, between backquotes, and begin with one of the names. */
export function printedInline(...names: string[]): { place: string; command: string }[] {
  return globSync(['*.md', 'docs/**/*.md'], {
    exclude: (path) => /node_modules|CHANGELOG|decisions/.test(path),
  }).flatMap((path) => {
    const sentences = readFileSync(path, 'utf8').replaceAll(/^ *```.*?^ *```/gms, '');
    return [...sentences.matchAll(/`([^`\n]+)`/g)]
      .map(([, command]) => ({ place: path, command: command! }))
      .filter(({ command }) => names.some((name) => command.startsWith(`${name} `)));
  });
}
