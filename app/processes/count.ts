/** How many api processes share a port. */
import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { loadEnvironmentFile } from '../environment-file.ts';
import { integer, SettingFault } from '../platform/settings/parsers.ts';

const MOST = 64;

/**
 * Parses `PROCESSES`: a number, or `auto` for one process per core.
 * @throws SettingFault for anything else
 */
export function processes(text: string): number {
  if (text === 'auto') return Math.min(MOST, availableParallelism());
  try {
    return integer(1, MOST)(text);
  } catch {
    throw new SettingFault(`must be a whole number from 1 to ${MOST}, or auto`);
  }
}

/** As `PROCESSES` says. */
export const processCount = () => processes(process.env.PROCESSES || '1');

/** True if this process only supervises others. Where the setting is wrong, one process starts, reads all settings, and says what is wrong. */
export function isSupervisor(role: string | undefined): boolean {
  if (role !== 'api' || cluster.isWorker) return false;
  try {
    loadEnvironmentFile();
    return processCount() > 1;
  } catch {
    return false;
  }
}
