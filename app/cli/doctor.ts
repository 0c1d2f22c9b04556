import type { Command } from 'commander';
import { StartError } from '../starting.ts';
import type { Service } from '../wiring.ts';
import { examine, type Finding } from './doctor-checks.ts';
import { withService } from './service.ts';
import { print, withProgress } from './terminal.ts';

/** All findings, also where there is no database to begin with. */
async function findings(): Promise<Finding[]> {
  try {
    return await withService(examine, { jobs: false });
  } catch (error) {
    if (error instanceof StartError) return [{ check: 'database', ok: false, detail: error.message }];
    throw error;
  }
}

export function doctorCommand(program: Command): void {
  const doctor = program.command('doctor').description('check a live installation, and say what to do for each fault');

  doctor.action(async (_options, command: Command) => {
    const found = await withProgress('checking', findings);
    print(command, found, (rows) =>
      rows.map(({ check, ok, detail }) => `${ok ? 'ok  ' : 'FAULT'} ${check.padEnd(12)} ${detail}`),
    );
    if (found.some(({ ok }) => !ok)) process.exitCode = 1;
  });

  doctor
    .command('audit')
    .description('verify every audit chain, and name the first break of each that is broken')
    .action(async (_options, command: Command) => {
      const result = await withProgress('verifying', (report) =>
        withService((service) => verifyChains(service, report)),
      );
      print(command, result, ({ chains, broken }) => [
        ...broken.map(({ ownerId, sequence, reason }) => `BROKEN ${ownerId}: event ${sequence} is ${reason}`),
        `${chains} chain${chains === 1 ? '' : 's'}, ${broken.length} broken.`,
      ]);
      if (result.broken.length > 0) process.exitCode = 1;
    });
}

async function verifyChains({ audit }: Service, report: (status: string) => void) {
  let chains = 0;
  const broken: { ownerId: string; sequence: number; reason: string }[] = [];
  for await (const owners of audit.owners()) {
    for (const ownerId of owners) {
      report(`chain ${++chains}`);
      const found = await audit.verify(ownerId);
      if (found) broken.push({ ownerId, ...found });
    }
  }
  return { chains, broken };
}
