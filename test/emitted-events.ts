/** Real changes that emit the events of the catalogue, without knowing which features have them. */
import { globSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { TestService } from './service.ts';

/** A change that is ready to be made. */
export interface Change {
  organizationId: string;
  /** Makes it. It may reject, or answer with a failure; then it can be made again. */
  make(): Promise<unknown>;
  /** True if the change is stored. */
  isMade(): Promise<boolean>;
}

/** The changes of a feature by the type of the event that each emits once, with the service in which they are made. */
export interface Changes {
  test: TestService;
  prepare: Readonly<Record<string, () => Promise<Change>>>;
  close(): Promise<void>;
}

/** Those of every feature that has a `testing/emitted-events.ts`. @returns what starts each */
export async function changesOfFeatures(): Promise<(() => Promise<Changes>)[]> {
  const files = globSync('app/{features,product}/*/testing/emitted-events.ts').sort();
  const modules: { startChanges: () => Promise<Changes> }[] = await Promise.all(
    files.map((file) => import(pathToFileURL(file).href)),
  );
  return modules.map(({ startChanges }) => startChanges);
}
