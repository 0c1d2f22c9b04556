import type { Command } from 'commander';
import { count } from '../../../platform/cli/arguments.ts';
import type { CommandLine } from '../../../platform/cli/commands.ts';
import { print, Refusal, table } from '../../../platform/cli/terminal.ts';
import type { Administration } from '../administration.ts';
import type { User } from '../users.ts';

/** The part of the service that these commands need. */
export interface UsersService {
  accounts: { administration: Administration };
}

/** A user as operators see them, without hashes. */
function present(user: User) {
  const { passwordHash, ...shown } = user;
  return { ...shown, hasPassword: passwordHash !== null, state: stateOf(user) };
}

function stateOf({ purgeAt, suspendedAt, emailVerifiedAt }: User): string {
  if (purgeAt) return `deleted, purged ${purgeAt.toISOString()}`;
  if (suspendedAt) return 'suspended';
  return emailVerifiedAt ? 'active' : 'unverified';
}

async function find(service: UsersService, idOrAddress: string): Promise<User> {
  const user = await service.accounts.administration.find(idOrAddress);
  if (!user) throw new Refusal(`There is no user ${idOrAddress}.`);
  return user;
}

/** Adds `users`. */
export function usersCommands({ program, withService }: CommandLine<UsersService>): void {
  const users = program.command('users').description('people');

  users
    .command('list')
    .description('users, oldest first')
    .option('--limit <count>', 'how many', count, 50)
    .option('--after <id>', 'continue after this user')
    .action(async ({ limit, after }: { limit: number; after?: string }, command: Command) => {
      const found = await withService((service) => service.accounts.administration.list(limit, after));
      print(command, found.map(present), (rows) =>
        table(
          ['id', 'email', 'state', 'created'],
          rows.map(({ id, email, state, createdAt }) => [id, email, state, createdAt.toISOString()]),
        ),
      );
    });

  users
    .command('show <id-or-email>')
    .description('one user')
    .action(async (who: string, _options, command: Command) => {
      const user = await withService((service) => find(service, who));
      print(command, present(user), (shown) =>
        Object.entries(shown).map(
          ([field, value]) => `${field.padEnd(16)} ${value instanceof Date ? value.toISOString() : (value ?? '-')}`,
        ),
      );
    });

  const change = (
    name: 'suspend' | 'restore' | 'verify' | 'reset-factors',
    description: string,
    done: string,
    already: string,
    run: (service: UsersService, user: User) => Promise<boolean>,
  ) =>
    users
      .command(`${name} <id-or-email>`)
      .description(description)
      .action(async (who: string, _options, command: Command) => {
        const result = await withService(async (service) => {
          const user = await find(service, who);
          return { id: user.id, email: user.email, changed: await run(service, user) };
        });
        print(command, result, ({ email, changed }) => `${email} ${changed ? done : already}.`);
      });

  change(
    'suspend',
    'close an account and end its sessions',
    'is suspended, every session has ended',
    'was suspended already',
    (service, user) => service.accounts.administration.suspend(user),
  );
  change('restore', 'lift a suspension', 'is open again', 'was not suspended', (service, user) =>
    service.accounts.administration.unsuspend(user),
  );
  change(
    'reset-factors',
    'remove the second factors of a person who has lost them, and end all sessions',
    'has no second factors any more, every session has ended, and an email says so',
    'had no second factors',
    (service, user) => service.accounts.administration.resetFactors(user),
  );
  change('verify', 'mark the address as verified', 'is verified', 'was verified already', (service, user) =>
    service.accounts.administration.verify(user),
  );
}
