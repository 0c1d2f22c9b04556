import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
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
  compare(lines: AsyncIterable<string>): Promise<Comparison>;
}

interface Comparison {
  heads: number;
  unsigned: number;
  gone: string[];
  broken: (ChainBreak & { ownerId: string })[];
}

/** Adds `doctor audit`. */
export function commands({ doctor, withService }: CommandLine<{ audit: Chains }>): void {
  const compareHeads = async (file: string, command: Command) => {
    const result = await withProgress('comparing', () => withService(({ audit }) => audit.compare(linesOf(file))));
    print(command, result, ({ heads, unsigned, gone, broken }) => [
      ...broken.map(describe),
      ...gone.map((ownerId) => `gone ${ownerId}: the owner was deleted, and the trail with it`),
      `${heads} signed heads, ${broken.length} broken, ${gone.length} owners gone, ${unsigned} lines without a valid signature.`,
    ]);
    if (result.broken.length > 0 || result.unsigned > 0) process.exitCode = 1;
  };

  doctor
    .command('audit')
    .description('verify every audit chain, and name the first break of each that is broken')
    .option(
      '--heads <file>',
      'compare the signed heads in a file of log lines with the chains instead, which finds chains that were cut',
    )
    .action(async ({ heads }: { heads?: string }, command: Command) => {
      if (heads !== undefined) return compareHeads(heads, command);
      const result = await withProgress('verifying', (report) =>
        withService(({ audit }) => verifyChains(audit, report)),
      );
      print(command, result, ({ chains, broken }) => [
        ...broken.map(describe),
        `${chains} chain${chains === 1 ? '' : 's'}, ${broken.length} broken.`,
      ]);
      if (result.broken.length > 0) process.exitCode = 1;
    });
}

/** Opens the file when the first line is read: earlier lines would pass before anybody listens. */
async function* linesOf(file: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
}

function describe({ ownerId, sequence, reason }: ChainBreak & { ownerId: string }): string {
  return `BROKEN ${ownerId}: event ${sequence} is ${reason}`;
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
