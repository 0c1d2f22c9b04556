/** The steps of `docs/tutorial.md`, in their order: commands, and text that goes into a file. */

export type Step = Command | Edit;

interface Command {
  readonly kind: 'command';
  readonly section: string;
  readonly title: string;
  readonly command: string;
}

interface Edit {
  readonly kind: 'edit';
  readonly section: string;
  readonly title: string;
  readonly file: string;
  /** `top`, or text of the line below which it goes. */
  readonly place: string;
  readonly text: string;
}

/** A block, or a row of a table that begins with a command. */
const STEP = /^```(\w*)\n(.*?)^```$|^\| `(npm [^`]+)` \|/gms;
/** The sentence before a block that is not of a shell: where its text goes. */
const PLACE = /`([\w/.-]+\.\w+)`(?:, below `([^`]+)`|, at the (top))[^`]*:\s*$/;

/** @throws Error if a block has a language, and no sentence before it says into which file it goes */
export function stepsOf(tutorial: string): Step[] {
  const sections = tutorial.split(/^## /m).slice(1);
  return sections.flatMap((text) => {
    const section = text.slice(0, text.indexOf('\n'));
    return [...text.matchAll(STEP)].flatMap(([, language, body = '', row]): Step[] => {
      if (row) return [{ kind: 'command', section, title: row, command: row }];
      if (language === 'sh')
        return commandsOf(body).map((command) => ({ kind: 'command', section, title: command, command }));
      const before = text.slice(0, text.indexOf(body) - `\`\`\`${language}\n`.length);
      const [, file, below, top] = PLACE.exec(before) ?? [];
      if (!file) throw new Error(`${section}: the text says not where this goes:\n${body}`);
      return [{ kind: 'edit', section, title: `edit ${file}`, file, place: (below ?? top)!, text: body }];
    });
  });
}

/** One per line, without comments. */
function commandsOf(block: string): string[] {
  return block
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');
}
