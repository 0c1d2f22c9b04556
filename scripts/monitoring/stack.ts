/** Runs Prometheus, Alertmanager and, if it is installed, a PostgreSQL exporter, on a copy of `monitoring/`. */
import { join } from 'node:path';
import { type CopyOptions, copyMonitoring } from './files.ts';
import { findProgram, type Running, runProgram } from './programs.ts';

export interface StackOptions extends Omit<CopyOptions, 'exporter'> {
  /** The database to monitor too, if the exporter is installed. */
  readonly database?: { readonly url: string; readonly exporterPort: number };
}

export interface Stack {
  readonly prometheus: Running;
  readonly alertmanager: Running;
  readonly exporter: Running | undefined;
  /** Resolves with the name of a program when one stops on its own. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts the programs, and resolves once all are ready. @throws Error if one is not installed or cannot start; all others are stopped then */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { folder, prometheusPort, alertmanagerPort, database } = options;
  const exports = database && findProgram('exporter') ? database : undefined;
  const files = await copyMonitoring({ ...options, ...(exports && { exporter: `localhost:${exports.exporterPort}` }) });
  const running: Running[] = [];
  const start = async (...given: Parameters<typeof runProgram>) => {
    const program = await runProgram(...given);
    running.push(program);
    return program;
  };
  const stop = async () => {
    // Stop Prometheus first, so that its last requests to the others do not fail.
    for (const program of running.toReversed()) await program.stop();
  };
  try {
    const exporter = exports && (await start('exporter', exporterOptions(exports)));
    const alertmanager = await start('alertmanager', {
      port: alertmanagerPort,
      readyPath: '/-/ready',
      args: [
        `--config.file=${files.alertmanager}`,
        `--storage.path=${join(folder, 'alertmanager-data')}`,
        `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
        '--cluster.listen-address=',
      ],
    });
    const prometheus = await start('prometheus', {
      port: prometheusPort,
      readyPath: '/-/ready',
      args: [
        `--config.file=${files.prometheus}`,
        `--storage.tsdb.path=${join(folder, 'prometheus-data')}`,
        '--storage.tsdb.retention.time=7d',
        `--web.listen-address=127.0.0.1:${prometheusPort}`,
        '--enable-feature=exemplar-storage',
        '--rules.alert.for-grace-period=1m',
      ],
    });
    const ended = Promise.race(running.map((program) => program.ended.then(() => program.name)));
    return { prometheus, alertmanager, exporter, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function exporterOptions({ url, exporterPort }: NonNullable<StackOptions['database']>) {
  const source = new URL(url);
  if (!source.searchParams.has('sslmode')) source.searchParams.set('sslmode', 'disable');
  return {
    port: exporterPort,
    readyPath: '/metrics',
    env: { DATA_SOURCE_NAME: source.href },
    args: [`--web.listen-address=127.0.0.1:${exporterPort}`],
  };
}
