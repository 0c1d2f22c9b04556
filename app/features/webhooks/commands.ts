import { type Command, InvalidArgumentError } from 'commander';
import { count } from '../../platform/cli/arguments.ts';
import type { CommandLine } from '../../platform/cli/commands.ts';
import { print, Refusal, table } from '../../platform/cli/terminal.ts';
import type { WebhookOperations } from './operations.ts';

interface WithWebhooks {
  webhooks: { operations: WebhookOperations };
}

const instant = (text: string) => {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('An instant, e.g. 2026-11-29T00:00:00Z.');
  return date;
};

/** Adds `webhooks`. */
export function commands({ program, withService }: CommandLine<WithWebhooks>): void {
  const webhooks = program.command('webhooks').description('endpoints of organizations, and what waits for them');
  type Work<T> = (operations: WebhookOperations) => Promise<T | undefined>;
  /** @throws Refusal if there is no such endpoint */
  const onEndpoint = async <T>(id: string, work: Work<T>): Promise<T> => {
    const result = await withService((service) => work(service.webhooks.operations));
    if (result === undefined) throw new Refusal(`There is no endpoint ${id} that this can be done with.`);
    return result;
  };

  webhooks
    .command('list')
    .description('endpoints, those that have failed for longest first')
    .option('--failing', 'only those that fail or are disabled', false)
    .option('--limit <count>', 'how many', count, 20)
    .action(async (options: { failing: boolean; limit: number }, command: Command) => {
      const endpoints = await withService((service) => service.webhooks.operations.list(options));
      print(command, endpoints, (rows) =>
        table(
          ['id', 'organization', 'url', 'state', 'failing since', 'waiting'],
          rows.map(({ id, organizationId, url, enabled, disabledReason, failures, failingSince, pending }) => [
            ...[
              id,
              organizationId,
              url,
              enabled ? (failures > 0 ? 'failing' : 'working') : `disabled: ${disabledReason}`,
            ],
            ...[failingSince?.toISOString() ?? '', String(pending)],
          ]),
        ),
      );
    });

  webhooks
    .command('retry <endpoint>')
    .description('attempt what waits for an endpoint now')
    .action(async (id: string, _options, command: Command) => {
      const retried = await onEndpoint(id, ({ retry }) => retry(id));
      print(command, { retried }, () => `${retried} deliveries are due now.`);
    });

  webhooks
    .command('replay <endpoint>')
    .description('deliver the events since an instant again')
    .requiredOption('--since <instant>', 'events at or after this instant', instant)
    .action(async (id: string, { since }: { since: Date }, command: Command) => {
      const replayed = await onEndpoint(id, ({ replay }) => replay(id, since));
      print(command, { replayed }, () => `${replayed} deliveries were added.`);
    });

  webhooks
    .command('disable <endpoint>')
    .description('stop sending to an endpoint, and tell those who manage it')
    .action(async (id: string, _options, command: Command) => {
      const disabled = await onEndpoint(id, ({ disable }) => disable(id));
      print(command, { disabled }, () => (disabled ? `${id} is disabled.` : `${id} was disabled already.`));
    });
}
