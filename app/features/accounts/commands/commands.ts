import type { CommandLine } from '../../../platform/cli/commands.ts';
import { type KeysService, keysCommands } from './keys.ts';
import { type UsersService, usersCommands } from './users.ts';

/** Adds the commands of accounts. */
export function commands(line: CommandLine<KeysService & UsersService>): void {
  keysCommands(line);
  usersCommands(line);
}
