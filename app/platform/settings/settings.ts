/**
 * Settings: each mechanism and feature declares its own with `defineSettings`, in its `settings.ts`. `config.ts` reads all of them;
 * `.env.example` and the documentation are made from them.
 */
import type { DevelopmentOnly } from './development-values.ts';

export interface Setting<T> {
  readonly meaning: string;
  readonly parse: (text: string) => T;
  /** Taken when the variable is absent; `undefined` means that the feature behind it is off. */
  readonly fallback?: T | undefined;
  /** Taken in development and test only. */
  readonly developmentFallback?: T | undefined;
  /** Must be set in staging and production. */
  readonly required?: true;
  /** A secret: never printed, may be read from the file that `<NAME>_FILE` names. */
  readonly secret?: true;
  /** Says which values staging and production refuse to start with, and why. Absent: every value that can be parsed may go live. */
  readonly developmentOnly?: DevelopmentOnly;
  /**
   * What `.env.example` shows. People copy that file and go live with the copy, so this is empty, or what is taken anyway, or refused
   * by `developmentOnly`: a test holds every setting to that.
   */
  readonly example: string;
}

/** Every declared setting by its name. A declaration adds its names here by merging (`declare module`). */
// biome-ignore lint/suspicious/noEmptyInterface: what declares settings fills it
export interface DeclaredSettings {}
export type Settings = { readonly [Name in keyof DeclaredSettings]: DeclaredSettings[Name] };

const declared = new Map<string, Setting<unknown>>();
const sections = new Map<string, string[]>();

/**
 * Declares settings under a heading of `.env.example`.
 * @throws Error when a name is declared twice
 */
export function defineSettings<const S extends Record<string, Setting<unknown>>>(section: string, settings: S): S {
  for (const [name, setting] of Object.entries(settings)) {
    if (declared.has(name)) throw new Error(`setting declared twice: ${name}`);
    declared.set(name, setting);
  }
  sections.set(section, [...(sections.get(section) ?? []), ...Object.keys(settings)]);
  return settings;
}

/** Every declared setting by its name. */
export function allSettings(): Settings {
  return Object.fromEntries(declared) as unknown as Settings;
}

/** The headings, sorted, each with the names below it in the order of declaration. */
export function settingSections(): [heading: string, names: readonly string[]][] {
  return [...sections].sort(([a], [b]) => (a < b ? -1 : 1));
}
