import { type Command, Option } from 'commander';
import { count } from '../../platform/cli/arguments.ts';
import type { CommandLine } from '../../platform/cli/commands.ts';
import { print, Refusal, table } from '../../platform/cli/terminal.ts';
import type { Database } from '../../platform/database/database.ts';
import { Problem } from '../../platform/errors.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import { type JobFilter, jobStates, listJobs, queueStates } from '../../platform/jobs/overview.ts';
import { DEAD } from '../../platform/jobs/queues.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Operators } from './operators.ts';

/** The part of the service that these commands need. */
export interface OperatorService {
  db: Database;
  jobs: Pick<Jobs, 'runAgain'>;
  accounts: Pick<Accounts, 'administration' | 'factors'>;
  operator: { operators: Operators; hasFactor(userId: string): Promise<boolean> };
}

type Line = CommandLine<OperatorService>;

/** Adds `users make-operator`, `users revoke-operator`, `users operators`, and `jobs`. */
export function commands(line: Line): void {
  operatorCommands(line);
  jobCommands(line);
}

function operatorCommands({ program, withService }: Line): void {
  const users = program.commands.find((command) => command.name() === 'users')!;

  users
    .command('make-operator <id-or-email>')
    .description('let a person use the operator console, where they see and change accounts of others')
    .action(async (who: string, _options, command: Command) => {
      const result = await withService(async ({ accounts, operator }) => {
        const user = await find(accounts, who);
        const changed = await refusing(() => operator.operators.make(user));
        return { id: user.id, email: user.email, changed, hasFactor: await operator.hasFactor(user.id) };
      });
      print(command, result, ({ email, changed, hasFactor }) => [
        `${email} ${changed ? 'is an operator now, and an email says so' : 'was an operator already'}.`,
        ...(hasFactor ? [] : ['The console needs a second factor, which the account does not have yet.']),
      ]);
    });

  users
    .command('revoke-operator <id-or-email>')
    .description('take that right back, and end whatever the person does in the name of others')
    .action(async (who: string, _options, command: Command) => {
      const result = await withService(async ({ accounts, operator }) => {
        const user = await find(accounts, who);
        return { id: user.id, email: user.email, changed: await operator.operators.revoke(user) };
      });
      print(
        command,
        result,
        ({ email, changed }) =>
          `${email} ${changed ? 'is no operator any more, and an email says so' : 'was no operator'}.`,
      );
    });

  users
    .command('operators')
    .description('who may use the operator console')
    .action(async (_options, command: Command) => {
      const found = await withService(({ operator }) => operator.operators.list());
      print(command, found, (rows) =>
        table(
          ['id', 'email', 'since'],
          rows.map(({ id, email, since }) => [id, email, since.toISOString()]),
        ),
      );
    });
}

function jobCommands({ program, withService }: Line): void {
  const jobs = program.command('jobs').description('background work that waits, fails or is dead');

  jobs
    .command('queues')
    .description('what is in each queue')
    .action(async (_options, command: Command) => {
      const found = await withService(({ db }) => queueStates(db));
      print(command, found, (rows) =>
        table(
          ['queue', 'waiting', 'later', 'running', 'failing', 'dead'],
          rows.map(({ queue, waiting, later, running, failing, dead }) => [
            queue,
            ...[waiting, later, running, failing, dead].map(String),
          ]),
        ),
      );
    });

  jobs
    .command('list')
    .description('jobs that are not done, newest first')
    .addOption(new Option('--state <state>', 'only these').choices(jobStates))
    .option('--queue <queue>', 'only of this queue')
    .option('--limit <count>', 'how many', count, 20)
    .option('--before <id>', 'continue before this job')
    .action(async ({ limit, before, ...filter }: JobFilter & { limit: number; before?: string }, command: Command) => {
      const found = await withService(({ db }) => listJobs(db, filter, limit, before));
      print(command, found, (rows) =>
        table(
          ['id', 'queue', 'state', 'queued', 'retries', 'about', 'reason'],
          rows.map(({ id, queue, state, createdAt, retries, about, reason }) => [
            ...[
              id,
              queue,
              state,
              createdAt.toISOString(),
              String(retries),
              Object.values(about).join(' '),
              reason ?? '',
            ],
          ]),
        ),
      );
    });

  jobs
    .command('retry <queue> [id]')
    .description(
      'run dead jobs of a queue (its name ends with .dead) again: all of them, or one; or a job that waits for its next try',
    )
    .action(async (queue: string, id: string | undefined, _options, command: Command) => {
      const retried = await withService((service) => retry(service, queue, id));
      if (id !== undefined && retried === 0)
        throw new Refusal(`There is no job ${id} in ${queue} that could run again.`);
      print(command, { retried }, () => (retried === 0 ? `${queue} has no such jobs.` : `${retried} run again.`));
    });
}

/** @returns how many jobs run again */
async function retry({ db, jobs }: Pick<OperatorService, 'db' | 'jobs'>, queue: string, id: string | undefined) {
  if (id !== undefined) return (await db.transaction((tx) => jobs.runAgain(tx, { queue, id }))) ? 1 : 0;
  let retried = 0;
  const state = queue.endsWith(DEAD) ? 'dead' : 'failing';
  const name = queue.endsWith(DEAD) ? queue.slice(0, -DEAD.length) : queue;
  // What fails again meanwhile is newer than the first page, and so is not taken twice.
  for (let before: string | undefined; ; ) {
    const page = await listJobs(db, { queue: name, state }, RETRY_PAGE, before);
    for (const job of page) {
      if (await db.transaction((tx) => jobs.runAgain(tx, job))) retried++;
    }
    if (page.length < RETRY_PAGE) return retried;
    before = page.at(-1)!.id;
  }
}

const RETRY_PAGE = 100;

async function find({ administration }: Pick<Accounts, 'administration'>, idOrAddress: string) {
  const user = await administration.find(idOrAddress);
  if (!user) throw new Refusal(`There is no user ${idOrAddress}.`);
  return user;
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) throw new Refusal(error.message);
    throw error;
  }
}
