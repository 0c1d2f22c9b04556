/** A world kept in a file between two runs: read at the start, written while it changes and at the end. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Dump, dumpWorld, type World } from './world.ts';

export interface StateFile {
  /** Writes the file a last time. */
  stop(): void;
}

const EVERY_MS = 2000;

/** Reads the state of an earlier run. Returns undefined if there is no file. Throws if the file cannot be read. */
export function readState(file: string): Dump | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Dump;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`stripe-sandbox: cannot read ${file}`, { cause: error });
  }
}

/** Keeps the file up to date, so that even a killed sandbox loses at most two seconds. Makes its folder whenever that is missing. */
export function keepState(file: string, world: () => World): StateFile {
  let written = '';
  const write = () => {
    const text = JSON.stringify(dumpWorld(world()));
    if (text === written) return;
    mkdirSync(dirname(file), { recursive: true });
    // Renamed into place: a kill in between leaves the old state, not half of the new one.
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    written = text;
  };
  const timer = setInterval(write, EVERY_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      write();
    },
  };
}
