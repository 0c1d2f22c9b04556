import type { CompleteConfig } from '../config.ts';
import { readEnvironment } from '../environment.ts';
import type { WithService } from '../platform/cli/commands.ts';
import { createLogger } from '../platform/telemetry/logger.ts';
import { waitForDatabase } from '../starting.ts';
import { createService, findConfig, type Service } from '../wiring.ts';

/**
 * The configuration of a command. In development without DATABASE_URL it is that of the running `npm start`, whose embedded database it finds.
 * @throws ConfigError, StartError
 */
export async function commandConfig(): Promise<CompleteConfig> {
  return findConfig(readEnvironment());
}

export const withService: WithService<Service> = async (work, { jobs = true } = {}) => {
  const config = await commandConfig();
  await waitForDatabase({
    url: config.databaseDirectUrl ?? config.databaseUrl,
    patienceMs: config.startPatienceSeconds * 1_000,
    log: (line) => void process.stderr.write(`${line}\n`),
  });
  const logger = createLogger({ level: 'error', release: config.release, destination: process.stderr });
  const service = await createService({ config, role: 'api', logger, runtimeMetrics: false });
  try {
    if (jobs) await service.jobs.start();
    return await work(service);
  } finally {
    await service.close(0);
  }
};
