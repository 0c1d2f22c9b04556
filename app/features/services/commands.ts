import { type Command, InvalidArgumentError } from 'commander';
import type { CommandLine } from '../../platform/cli/commands.ts';
import { print } from '../../platform/cli/terminal.ts';
import { makeServiceClient } from './clients.ts';
import { parseServiceClients } from './settings.ts';

/** Adds `service-clients`. */
export function commands({ program }: CommandLine<unknown>): void {
  program
    .command('service-clients')
    .description('other services of the product, which verify tokens')
    .command('make <id> <audience...>')
    .description('make a client: prints its secret, once, and its entry in SERVICE_CLIENTS; stores nothing')
    .action((id: string, audiences: string[], _options, command: Command) => {
      const made = makeServiceClient(id, audiences);
      if (!isReadable(made.entry))
        throw new InvalidArgumentError(
          'An id of letters, digits, . _ and -, and audiences without blanks, commas and |.',
        );
      print(command, { id, ...made }, ({ secret, entry }) => [
        `Secret, for the service alone: ${secret}`,
        `Entry, for SERVICE_CLIENTS:    ${entry}`,
      ]);
    });
}

function isReadable(entry: string): boolean {
  try {
    return parseServiceClients(entry).length === 1;
  } catch {
    return false;
  }
}
