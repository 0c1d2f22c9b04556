/**
 * Each mechanism and feature declares its own settings with `defineSettings`, in its `settings.ts`. `config.ts` reads all of them;
 * `.env.example` and the documentation are generated from them.
 */
import type { DevelopmentOnly } from './development-values.ts';

/** Returns the text of a variable, or of the file that `<NAME>_FILE` names; undefined if it is absent or empty. */
export type ReadVariable = (name: string) => string | undefined;

export interface Setting<T> {
  readonly meaning: string;
  /** @param variable reads another variable, for a setting whose value names further ones */
  readonly parse: (text: string, variable: ReadVariable) => T;
  /** Used if the variable is absent; `undefined` means that the mechanism behind it is off. */
  readonly fallback?: T | undefined;
  /** Used if the variable is absent, in development and test only. */
  readonly developmentFallback?: T | undefined;
  /** Must be set in staging and production. */
  readonly required?: true;
  /** True for a secret. It is never printed, and can be read from the file that `<NAME>_FILE` names. */
  readonly secret?: true;
  /** Returns why staging and production refuse to start with a value. If absent, they accept every value that can be parsed. */
  readonly developmentOnly?: DevelopmentOnly;
  /**
   * The value in `.env.example`. People copy that file and use the copy in production. So the example is empty, or equal to the default, or
   * refused by `developmentOnly`; a test checks this for every setting.
   */
  readonly example: string;
}

/** Every declared setting by its name. A declaration adds its names here by merging (`declare module`). */
// biome-ignore lint/suspicious/noEmptyInterface: mechanisms and features fill it
export interface DeclaredSettings {}
export type Settings = { readonly [Name in keyof DeclaredSettings]: DeclaredSettings[Name] };

const declared = new Map<string, Setting<unknown>>();
const sections = new Map<string, string[]>();

/**
 * Declares settings under a heading of `.env.example`.
 * @throws Error if a name is declared twice
 */
export function defineSettings<const S extends Record<string, Setting<unknown>>>(section: string, settings: S): S {
  for (const [name, setting] of Object.entries(settings)) {
    if (declared.has(name)) throw new Error(`setting declared twice: ${name}`);
    declared.set(name, setting);
  }
  sections.set(section, [...(sections.get(section) ?? []), ...Object.keys(settings)]);
  return settings;
}

/** Returns every declared setting by its name. */
export function allSettings(): Settings {
  return Object.fromEntries(declared) as unknown as Settings;
}

/** Returns the headings in sorted order, each with its setting names in the order of declaration. */
export function settingSections(): [heading: string, names: readonly string[]][] {
  return [...sections].sort(([a], [b]) => (a < b ? -1 : 1));
}
