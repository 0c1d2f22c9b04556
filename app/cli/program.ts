/** The command line of operators. Exit codes: 0 done, 1 failed or refused, 2 wrong usage. */
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { failureText } from '../failure-text.ts';
import * as features from '../features.ts';
import { Refusal } from '../platform/cli/terminal.ts';
import { MigrationError } from '../platform/database/migrations/series.ts';
import { inOrder } from '../platform/feature.ts';
import { StartError } from '../start-error.ts';
import { distributeCommand } from './distribute.ts';
import { createDoctor } from './doctor.ts';
import { migrateCommand } from './migrate.ts';
import { migrationsCommand } from './migrations.ts';
import { rolesCommand } from './roles.ts';
import { withService } from './service.ts';

/** Carries out the command that the process was started with. */
export async function runCommand(): Promise<void> {
  const program = new Command('plinth')
    .description('Operates a Plinth installation. Settings come from the environment, as for the service.')
    .option('--json', 'print JSON for programs')
    .exitOverride()
    .showHelpAfterError();

  migrateCommand(program);
  migrationsCommand(program);
  rolesCommand(program);
  distributeCommand(program);
  const doctor = createDoctor();
  for (const feature of inOrder(features)) (await feature.commands?.())?.commands({ program, doctor, withService });
  program.addCommand(doctor);

  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version are not failures; commander has printed what there is to say.
      process.exit(error.exitCode === 0 ? 0 : 2);
    }
    const expected = [ConfigError, StartError, MigrationError, Refusal].some((kind) => error instanceof kind);
    process.stderr.write(`${expected ? (error as Error).message : failureText(error)}
`);
    process.exitCode = 1;
  }
}
