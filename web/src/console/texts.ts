/** The texts of the console, in the language of the app. */
import { useSpeech, type Values } from '../language.tsx';
import de from './messages/de.json?messages';
import type keys from './messages/en.json';
import en from './messages/en.json?messages';

export type ConsoleKey = keyof typeof keys;
const texts = { en, de };

export function useTexts() {
  const { language } = useSpeech();
  return (key: ConsoleKey, values: Values = {}): string => texts[language][key]?.(values) ?? key;
}

/** The text of a word that the API names, or the word itself where there is none. */
export function useWords() {
  const { language } = useSpeech();
  return (prefix: 'state' | 'kind' | 'action', word: string): string =>
    texts[language][`${prefix}.${word}`]?.({}) ?? word;
}
