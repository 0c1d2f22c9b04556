/** The options of the command line. */
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const OWN_PARTS = [
  'me',
  'telemetry',
  'login',
  'refresh',
  'intake',
  'start',
  'memory',
  'revocation',
  'scale',
  'export',
  'processes',
  'neighbours',
  'commits',
  'peers',
] as const;
export type OwnPart = (typeof OWN_PARTS)[number];

/** Files of features that measure something of theirs, by the names of the features. */
export const FEATURE_PARTS: ReadonlyMap<string, string> = new Map(
  globSync('app/{features,product}/*/bench/part.ts').map((file) => [file.split('/')[2]!, resolve(file)]),
);
export const PARTS: readonly string[] = [...OWN_PARTS, ...FEATURE_PARTS.keys()];

export interface Options {
  /** Runs few and short rounds: the figures show only the order of magnitude. */
  readonly quick: boolean;
  readonly json: boolean;
  readonly save: boolean;
  readonly only: readonly string[];
}

const USAGE = `npm run bench [-- --quick] [-- --only ${PARTS.join(',')}] [-- --json] [-- --save]

  --quick  under two minutes, with fewer and shorter rounds, and 100,000 users where the full run has 1,000,000
  --only   some of the parts
  --save   also writes docs/performance.json and the chart docs/performance.svg
  --json   the figures as JSON on standard output; progress goes to standard error
`;

/** @returns the options, or a text to print and the exit code */
export function readOptions(args: readonly string[]): Options | { text: string; exitCode: number } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
        only: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { text: USAGE, exitCode: 0 };
    const only = values.only?.split(',') ?? PARTS;
    const unknown = only.find((part) => !PARTS.includes(part));
    if (unknown) return { text: `Unknown part "${unknown}".\n\n${USAGE}`, exitCode: 1 };
    return { quick: values.quick, json: values.json, save: values.save, only };
  } catch (error) {
    return { text: `${(error as Error).message}\n\n${USAGE}`, exitCode: 1 };
  }
}
