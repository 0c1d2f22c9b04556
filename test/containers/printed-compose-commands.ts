/** The commands for Docker Compose that the documentation prints outside of its marked blocks. */
import { printedBlocks, printedInline } from '../printed-blocks.ts';

/** Blocks that tests paste as a whole, each at its place in a story. */
export const MARKED = [
  'compose-dump',
  'compose-restore',
  'compose-check',
  'restore-to',
  'backups-start',
  'one-machine-clone',
  'one-machine-start',
  'upgrade-before',
  'upgrade-after',
  'upgrade-backups',
  'upgrade-cleanup',
];

const OF_COMPOSE = /docker compose|\.\/plinth/;

/** Command -> the place that prints it: in runbooks, in tables, in sentences. */
export function printedComposeCommands(): Map<string, string> {
  const lines = printedBlocks()
    .filter(({ mark }) => !MARKED.includes(mark))
    .flatMap(({ place, commands }) =>
      commands
        // A command goes on behind `&&`.
        .replaceAll(/&&[ ]*(#.*)?\n\s*/g, '&& ')
        .split('\n')
        .map((line) => ({ place, command: line })),
    )
    // A line of a crontab.
    .map(({ place, command }) => ({ place, command: command.replace(/^(?:[\d*]+ ){5}root /, '') }))
    // In a comment, what is typed under Docker Compose in place of the line before it. There is no repository here to pull.
    .map(({ place, command }) => ({
      place,
      command: command.replace(/^.*# under Docker Compose: |^git pull && /, '').trim(),
    }))
    .filter(({ command }) => OF_COMPOSE.test(command) && !command.includes('git clone'));
  const all = [...lines, ...printedInline('docker compose', './plinth')];
  return new Map(all.map(({ place, command }) => [command, place]));
}

/** Whether a command is about backups, which take a store: compose-backups.heavy.ts runs it. */
export function needsStore(command: string): boolean {
  return /\.\/plinth (backup|drill|restore)\b|pgbackrest/.test(command);
}
