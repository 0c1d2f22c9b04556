/** Prometheus and Alertmanager, and an exporter of PostgreSQL where there is one, on a copy of `monitoring/`. */
import { join } from 'node:path';
import { type CopyOptions, copyMonitoring } from './files.ts';
import { findProgram, type Running, runProgram } from './programs.ts';

export interface StackOptions extends Omit<CopyOptions, 'exporter'> {
  /** Watched as well, where the exporter is installed. */
  readonly database?: { readonly url: string; readonly exporterPort: number };
}

export interface Stack {
  readonly prometheus: Running;
  readonly alertmanager: Running;
  readonly exporter: Running | undefined;
  /** Resolves when one of them has ended by itself. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts them, and resolves once all are ready. @throws Error when one of them is not installed or cannot start; nothing runs then */
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
    // Prometheus first: what it still asks of the others is none of its faults then.
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
