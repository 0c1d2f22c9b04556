import type { Command } from 'commander';
import type { CommandLine } from '../../platform/cli/commands.ts';
import { print, withProgress } from '../../platform/cli/terminal.ts';

interface ChainBreak {
  sequence: number;
  reason: string;
}

/** The part of the trail that the command reads. */
interface Chains {
  owners(): AsyncGenerator<string[]>;
  unchained(): AsyncGenerator<string[]>;
  verify(ownerId: string): Promise<ChainBreak | null>;
}

/** Adds `doctor audit`. */
export function commands({ doctor, withService }: CommandLine<{ audit: Chains }>): void {
  doctor
    .command('audit')
    .description('verify every audit chain, and name the first break of each that is broken')
    .action(async (_options, command: Command) => {
      const result = await withProgress('verifying', (report) =>
        withService(({ audit }) => verifyChains(audit, report)),
      );
      print(command, result, ({ chains, broken }) => [
        ...broken.map(({ ownerId, sequence, reason }) => `BROKEN ${ownerId}: event ${sequence} is ${reason}`),
        `${chains} chain${chains === 1 ? '' : 's'}, ${broken.length} broken.`,
      ]);
      if (result.broken.length > 0) process.exitCode = 1;
    });
}

async function verifyChains(audit: Chains, report: (status: string) => void) {
  let chains = 0;
  const broken: (ChainBreak & { ownerId: string })[] = [];
  for await (const owners of audit.owners()) {
    for (const ownerId of owners) {
      report(`chain ${++chains}`);
      const found = await audit.verify(ownerId);
      if (found) broken.push({ ownerId, ...found });
    }
  }
  for await (const owners of audit.unchained()) {
    for (const ownerId of owners) broken.push({ ownerId, sequence: 1, reason: 'missing' });
  }
  return { chains, broken };
}
