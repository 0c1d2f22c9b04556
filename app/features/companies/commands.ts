import type { Command } from 'commander';
import type { CommandLine } from '../../platform/cli/commands.ts';
import { print, Refusal } from '../../platform/cli/terminal.ts';
import type { Domains } from './domains/domains.ts';

interface WithCompanies {
  companies: { domains: Pick<Domains, 'release'> };
}

/** Adds `organizations release-domain`. */
export function commands({ program, withService }: CommandLine<WithCompanies>): void {
  const organizations = program.command('organizations').description('organizations, and what they govern');

  organizations
    .command('release-domain <domain>')
    .description('end the verification of a domain that has another owner now, and tell the owners of its organization')
    .action(async (domain: string, _options, command: Command) => {
      const organizationId = await withService(({ companies }) => companies.domains.release(domain));
      if (organizationId === undefined) throw new Refusal(`The domain ${domain} is verified for no organization.`);
      print(command, { domain, organizationId }, () => `${domain} is no longer verified for ${organizationId}.`);
    });
}
