import type { Command } from 'commander';
import { print, Refusal } from '../platform/cli/terminal.ts';
import { driverError } from '../platform/database/failures.ts';
import { grantReading } from '../platform/database/read-only-role.ts';
import { withService } from './service.ts';

const UNDEFINED_OBJECT = '42704';

export function rolesCommand(program: Command): void {
  program
    .command('roles')
    .description('let a role of PostgreSQL read every column that holds no secret. Repeat it after each release')
    .requiredOption('--read-only <role>', 'an existing role, which loses all other privileges on the tables')
    .action(async ({ readOnly: role }: { readOnly: string }, command: Command) => {
      const tables = await withService(({ db }) => grantReading(db, role), { jobs: false }).catch((error) => {
        if ((driverError(error) as { code?: string }).code !== UNDEFINED_OBJECT) throw error;
        throw new Refusal(`There is no role ${role}. Create it first: create role "${role}" login password '…'`);
      });
      print(command, { role, tables }, () => [
        `${role} may read ${tables.length} tables, without passwords, tokens, keys and sealed content.`,
      ]);
    });
}
