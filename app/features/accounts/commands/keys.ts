import { type Command, InvalidArgumentError } from 'commander';
import type { CommandLine } from '../../../platform/cli/commands.ts';
import { print, Refusal, table } from '../../../platform/cli/terminal.ts';
import { type Clock, MINUTE_MS } from '../../../platform/clock.ts';
import { PUBLISH_LEAD_MS, type SigningKey, type SigningKeys } from '../signing-keys.ts';

const minutes = (text: string) => {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Minutes, as a whole number.');
  return Number(text);
};

/** The part of the service that these commands need. */
export interface KeysService {
  clock: Clock;
  accounts: { signingKeys: SigningKeys };
}

/** Adds `keys`. */
export function keysCommands({ program, withService }: CommandLine<KeysService>): void {
  const keys = program.command('keys').description('keys that sign access tokens');
  keys
    .command('rotate')
    .description(
      'publish the next key; it signs once every verifier can know it, and the last one stays until its tokens are dead',
    )
    .option('--lead <minutes>', 'how long it is published before it signs', minutes, PUBLISH_LEAD_MS / MINUTE_MS)
    .action(async ({ lead }: { lead: number }, command: Command) => {
      const result = await withService((service) => service.accounts.signingKeys.rotate(lead * MINUTE_MS));
      print(command, result, ({ id, signsFrom, retired }) => [
        `Key ${id} signs from ${signsFrom.toISOString()}.`,
        ...retired.map((old) => `Retired ${old}.`),
      ]);
    });

  keys
    .command('list')
    .description('all keys, and which one signs')
    .action(async (_options, command: Command) => {
      const found = await withService(async ({ accounts, clock }) =>
        present(await accounts.signingKeys.list(), clock.now()),
      );
      print(command, found, (rows) =>
        table(
          ['id', 'state', 'signs from'],
          rows.map(({ id, state, signsFrom }) => [id, state, signsFrom.toISOString()]),
        ),
      );
    });

  keys
    .command('revoke <kid>')
    .description('refuse every token of a key from now on, in every process; another key signs where it did')
    .action(async (kid: string, _options, command: Command) => {
      const signing = await withService(({ accounts }) => accounts.signingKeys.revoke(kid));
      if (signing === undefined) throw new Refusal(`There is no signing key ${kid}. See: node app/cli.ts keys list`);
      print(command, { revoked: kid, signing }, () => [
        `Key ${kid} is revoked: its tokens are refused.`,
        `Key ${signing} signs.`,
      ]);
    });
}

/** The keys as operators see them, without private parts. */
function present(keys: readonly SigningKey[], now: Date) {
  const signing = keys.findLast(({ signsFrom }) => signsFrom <= now) ?? keys[0];
  return keys.map((key) => {
    const { id, signsFrom, verifiesUntil } = key;
    const isOver = verifiesUntil !== undefined && verifiesUntil <= now;
    const state = key === signing ? 'signs' : signsFrom > now ? 'next' : isOver ? 'retired' : 'verifies';
    return { id, state, signsFrom };
  });
}
