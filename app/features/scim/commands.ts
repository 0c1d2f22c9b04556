import type { Command } from 'commander';
import type { CommandLine } from '../../platform/cli/commands.ts';
import { print, Refusal, table } from '../../platform/cli/terminal.ts';
import { UUID } from '../../platform/http/uuids.ts';
import type { DirectoryReport } from './directory-report.ts';

interface WithScim {
  scim: {
    operations: {
      report(organizationId: string): Promise<DirectoryReport>;
      revoke(organizationId: string, id: string): Promise<boolean>;
    };
  };
}

/** @throws Refusal */
function idOf(text: string): string {
  if (!UUID.test(text)) throw new Refusal(`${text} is no id.`);
  return text.toLowerCase();
}

/** Adds `scim`. */
export function commands({ program, withService }: CommandLine<WithScim>): void {
  const scim = program.command('scim').description('directories of companies');

  scim
    .command('show <organization>')
    .description('the tokens of an organization, and how many people and groups its directory has sent')
    .action(async (organization: string, _options, command: Command) => {
      const id = idOf(organization);
      const report = await withService((service) => service.scim.operations.report(id));
      print(command, report, ({ tokens, users, active, members, groups }) =>
        [
          `${users} users, ${active} active, ${members} of them members; ${groups} groups`,
          table(
            ['token', 'name', 'hint', 'created', 'last used'],
            tokens.map((token) => [
              ...[token.id, token.name, token.hint, token.createdAt.toISOString()],
              token.lastUsedAt?.toISOString() ?? 'never',
            ]),
          ),
        ].join('\n'),
      );
    });

  scim
    .command('revoke-token <organization> <token>')
    .description('delete a token, such as one that leaked')
    .action(async (organization: string, token: string, _options, command: Command) => {
      const [organizationId, id] = [idOf(organization), idOf(token)];
      const revoked = await withService((service) => service.scim.operations.revoke(organizationId, id));
      if (!revoked) throw new Refusal(`There is no token ${token}.`);
      print(command, { revoked: id }, () => 'The token is refused from now on.');
    });
}
