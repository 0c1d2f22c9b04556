import { type Command, InvalidArgumentError } from 'commander';
import { MINUTE_MS } from '../platform/clock.ts';
import { withService } from './service.ts';
import { print } from './terminal.ts';

const minutes = (text: string) => {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Minutes, as a whole number.');
  return Number(text);
};

export function keysCommands(program: Command): void {
  const keys = program.command('keys').description('keys that sign access tokens');
  keys
    .command('rotate')
    .description(
      'publish the next key; it signs once every verifier can know it, and the last one stays until its tokens are dead',
    )
    .option('--lead <minutes>', 'how long it is published before it signs', minutes, 15)
    .action(async ({ lead }: { lead: number }, command: Command) => {
      const result = await withService((service) => service.accounts.signingKeys.rotate(lead * MINUTE_MS));
      print(command, result, ({ id, signsFrom, retired }) => [
        `Key ${id} signs from ${signsFrom.toISOString()}.`,
        ...retired.map((old) => `Retired ${old}.`),
      ]);
    });
}
