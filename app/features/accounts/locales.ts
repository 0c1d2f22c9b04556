/** Languages that people choose, as BCP 47 tags. */

/** @returns the tag in its canonical form (ECMA-402); undefined if it is none */
export function canonicalLocale(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
