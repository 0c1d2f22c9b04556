/** The life of a supervisor, as `../run.ts` is that of a process. */

import { onSignals } from '../early-stop.ts';
import { listen } from '../listening.ts';
import { keepLocal } from '../platform/http/loopback.ts';
import { createMetricsServer } from '../platform/telemetry/metrics-server.ts';
import { processCount } from './count.ts';
import { createSupervisor, StartFailure, type Supervisor } from './supervisor.ts';

/** Runs as many api processes as `PROCESSES` says until it is told to stop, or exits with 1 after the first of them said why it cannot. */
export async function supervise(): Promise<void> {
  const supervisor = createSupervisor(processCount());
  try {
    await start(supervisor);
  } catch (error) {
    if (!(error instanceof StartFailure)) process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}

async function start(supervisor: Supervisor): Promise<void> {
  const stopped = endOnSignal(supervisor);
  const started = await Promise.race([supervisor.start(), stopped]);
  if (!started) return;
  const { settings, logger } = started;
  const metricsServer = createMetricsServer(supervisor.measure, (err) => logger.error({ err }, 'metrics failed'));
  if (settings.local) keepLocal(metricsServer);
  const metricsPort = await listen(metricsServer, 'METRICS_PORT', settings.metricsPort, settings.host);
  process.on('SIGUSR2', () => void supervisor.roll());
  logger.info({ role: 'supervisor', metricsPort }, 'ready');
}

/** Never resolves: the process ends with its processes. */
function endOnSignal(supervisor: Supervisor): Promise<undefined> {
  let stopping = false;
  onSignals(async () => {
    // A second signal ends at once. What is left ends with this process.
    if (stopping) process.exit(1);
    stopping = true;
    process.exit((await supervisor.stop()) ? 0 : 1);
  });
  return new Promise(() => {});
}
