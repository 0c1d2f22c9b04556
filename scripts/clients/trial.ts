/** One tool, tried on the document: its commands one after the other, and what they say about the document. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isInstalled, shell } from '../programs.ts';
import type { Client } from './clients.ts';
import type { DevelopmentService } from './service.ts';

/** One row of the table. */
export interface Result {
  readonly name: string;
  readonly language: string;
  readonly versions: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** In the order of the table's columns: `yes`, or what was missing. */
  readonly findings: readonly string[];
  /** What the failing command printed. */
  readonly output?: string;
}

/**
 * Lines that say something else than that the document is at fault.
 * - openapi-generator says of every document of OpenAPI 3.1 that its support is in beta;
 * - it says of every body that has an example that it shows none in the documentation of the Java client.
 */
const NOT_ABOUT_THE_DOCUMENT = [/OpenAPI 3\.1 support is still in beta/, /Ignoring complex example on request body/];
const WARNING = /\bwarn(ing)?s?\b|\bunsupported\b|\bcannot parse\b|\bskipping\b/i;

/** Generates, compiles and runs a client in a new folder. */
export async function tryClient(client: Client, folder: string, document: string, service: DevelopmentService) {
  const { name, language, versions } = client;
  const row = { name, language, versions };
  const missing = client.needs.filter((program) => !isInstalled(program));
  if (missing.length > 0) {
    return { ...row, outcome: 'skipped', findings: [`needs ${missing.join(', ')}`] } satisfies Result;
  }
  await layOut(client, folder, document);
  const env = { API_URL: service.apiUrl, MAILBOX_URL: service.mailboxUrl };
  const findings: string[] = [];
  for (const step of ['install', 'generate', 'compile', 'run'] as const) {
    const { status, output } = await shell(client[step], folder, env);
    const warnings = step === 'generate' ? warningsIn(output) : [];
    const ok = status === 0 && warnings.length === 0;
    if (step !== 'install' || !ok) findings.push(ok ? 'yes' : warnings.length > 0 ? 'warns' : `${step} failed`);
    if (!ok) return { ...row, outcome: 'failed', findings, output: warnings.join('\n') || output } satisfies Result;
  }
  return { ...row, outcome: 'passed', findings } satisfies Result;
}

function warningsIn(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => WARNING.test(line) && !NOT_ABOUT_THE_DOCUMENT.some((known) => known.test(line)));
}

async function layOut({ name, journey, files }: Client, folder: string, document: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'openapi.json'), document);
  // npm would otherwise take a package.json of a folder above for the one to install into.
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await copyFile(place('journeys', `${name}${extname(journey)}`), join(folder, journey));
  for (const file of files) {
    await copyFile(place(file.endsWith('.ts') ? 'journeys' : 'configs', file), join(folder, file));
  }
}

/** @returns the path of a file beside this one */
export function place(...parts: string[]): string {
  return join(import.meta.dirname, ...parts);
}
