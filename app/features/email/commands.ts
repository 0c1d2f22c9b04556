import { type Command, Option } from 'commander';
import { count } from '../../platform/cli/arguments.ts';
import type { CommandLine } from '../../platform/cli/commands.ts';
import { print, Refusal, table, withProgress } from '../../platform/cli/terminal.ts';
import type { EmailStatus } from './dead-letters.ts';
import type { EmailOperations } from './operations.ts';

const STATUSES = ['queued', 'sent', 'failed', 'suppressed'] satisfies EmailStatus[];

/** Adds `email`. */
export function commands({ program, withService }: CommandLine<{ email: EmailOperations }>): void {
  const email = program.command('email').description('mails of the outbox');

  email
    .command('list')
    .description('mails, newest first')
    .addOption(new Option('--status <status>', 'only these').choices(STATUSES))
    .option('--limit <count>', 'how many', count, 20)
    .option('--before <id>', 'continue before this mail')
    .action(async (options: { status?: EmailStatus; limit: number; before?: string }, command: Command) => {
      const mails = await withService((service) => service.email.list(options));
      print(command, mails, (rows) =>
        table(
          ['id', 'template', 'to', 'status', 'tries', 'queued', 'error'],
          rows.map((mail) => [
            mail.id,
            mail.template,
            mail.to,
            mail.status,
            String(mail.attempts),
            mail.createdAt.toISOString(),
            mail.lastError ?? '',
          ]),
        ),
      );
    });

  email
    .command('retry [id]')
    .description('send failed mails again: all of them, or one')
    .action(async (id: string | undefined, _options, command: Command) => {
      const retried = await withProgress('queueing', () => withService((service) => service.email.retry({ id })));
      if (id !== undefined && retried === 0) throw new Refusal(`There is no failed mail ${id}.`);
      print(command, { retried }, () => (retried === 0 ? 'There are no failed mails.' : `${retried} queued again.`));
    });

  email
    .command('suppress <address>')
    .description('stop all mail to an address')
    .option('--detail <text>', 'why, for whoever looks later')
    .action(async (address: string, { detail }: { detail?: string }, command: Command) => {
      const isMailbox = await withService((service) => service.email.suppress(address, detail));
      if (!isMailbox) throw new Refusal(`${address} is no address that mail can be sent to.`);
      print(command, { address }, () => `${address} gets no more mail.`);
    });

  email
    .command('unsuppress <address>')
    .description('let an address be mailed again, after a bounce, a complaint or an unsubscription')
    .action(async (address: string, _options, command: Command) => {
      const changed = await withService((service) => service.email.unsuppress(address));
      print(
        command,
        { address, changed },
        () => `${address} ${changed ? 'can be mailed again' : 'was not suppressed'}.`,
      );
    });
}
