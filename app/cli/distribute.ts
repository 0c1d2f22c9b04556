import type { Command } from 'commander';
import { loadPlacements } from '../placements.ts';
import { print } from '../platform/cli/terminal.ts';
import { distributionScript } from '../platform/database/distributing.ts';

export function distributeCommand(program: Command): void {
  program
    .command('distribute')
    .description(
      'print the SQL that distributes the rows over the nodes of a Citus cluster. It runs nothing (docs/scaling.md)',
    )
    .action(async (_options: object, command: Command) => {
      const script = distributionScript(await loadPlacements());
      print(command, { script }, () => script);
    });
}
