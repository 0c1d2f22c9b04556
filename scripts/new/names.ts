/** The spellings of a name: of a folder, a type, a variable, a table and in a sentence. */
import { isAbsolute } from 'node:path';

/** A name that cannot be used. The message says why, and what to do. */
export class NameError extends Error {
  override readonly name = 'NameError';
}

export interface Names {
  readonly kebabs: string;
  readonly kebab: string;
  readonly camels: string;
  readonly camel: string;
  readonly Pascals: string;
  readonly Pascal: string;
  readonly snakes: string;
  readonly snake: string;
  readonly words: string;
  readonly word: string;
}

const KEBAB = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;
const MAX_LENGTH = 40;
/** Words of the language, and folders of `app/product/`. */
const RESERVED = new Set(
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield docs migrations features brand'.split(
    ' ',
  ),
);

/**
 * @param plural e.g. `feature-flags`
 * @param singular guessed if absent: `feature-flag`
 * @param taken names that exist already
 * @throws NameError if a name is not in lower case with dashes, reserved or taken, or if the singular cannot be guessed
 */
export function namesOf(plural: string, singular: string | undefined, taken: readonly string[]): Names {
  // The plural first: a word that is no name has no singular either.
  requireName(plural);
  const one = singular ?? guessSingular(plural);
  requireName(one);
  if (one === plural) throw new NameError('The singular must differ from the plural: both name things in the code');
  const found = taken.find((name) => [plural, camel(plural), snake(plural)].includes(name));
  if (found) throw new NameError(`"${found}" exists already: choose another name, or delete what has it`);
  return {
    ...{ kebabs: plural, kebab: one, camels: camel(plural), camel: camel(one) },
    ...{ Pascals: pascal(plural), Pascal: pascal(one), snakes: snake(plural), snake: snake(one) },
    ...{ words: plural.replaceAll('-', ' '), word: one.replaceAll('-', ' ') },
  };
}

/** The spellings of one more name: of an operation, an email or a job. @throws NameError as `namesOf` does */
export function spellingsOf(name: string): {
  name: string;
  nameCamel: string;
  NamePascal: string;
  nameSnake: string;
  nameWords: string;
} {
  requireName(name);
  return {
    ...{ name, nameCamel: camel(name), NamePascal: pascal(name) },
    ...{ nameSnake: snake(name), nameWords: name.replaceAll('-', ' ') },
  };
}

function requireName(name: string): void {
  if (!KEBAB.test(name) || isAbsolute(name))
    throw new NameError(`"${name}" is not a name: use lower case letters, digits and dashes, e.g. feature-flags`);
  if (name.length > MAX_LENGTH) throw new NameError(`"${name}" is longer than ${MAX_LENGTH} characters`);
  if (RESERVED.has(name)) throw new NameError(`"${name}" is reserved: choose another name`);
}

/** @throws NameError where English has more than one answer */
function guessSingular(plural: string): string {
  if (/[^aeiou]ies$/.test(plural)) return plural.replace(/ies$/, 'y');
  if (/(ss|x|ch|sh)es$/.test(plural)) return plural.replace(/es$/, '');
  if (/[^s]s$/.test(plural) && !/(us|is)$/.test(plural)) return plural.replace(/s$/, '');
  throw new NameError(
    `The singular of "${plural}" cannot be guessed. Give the plural as the name and the singular with --singular, e.g. people --singular person`,
  );
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const pascal = (kebab: string) => kebab.split('-').map(capital).join('');
const camel = (kebab: string) => pascal(kebab).replace(/^./, (first) => first.toLowerCase());
const snake = (kebab: string) => kebab.replaceAll('-', '_');
