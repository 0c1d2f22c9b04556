/** The language of the app, and its texts. */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type en from './messages/en.json';

export type TextKey = keyof typeof en;
export type Values = Readonly<Record<string, string | number>>;
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;
type Texts = Record<string, (values: object) => string>;

const load: Record<Language, () => Promise<{ default: Texts }>> = {
  en: () => import('./messages/en.json?messages'),
  de: () => import('./messages/de.json?messages'),
};

const isLanguage = (text: string | undefined): text is Language => text !== undefined && text in LANGUAGES;
const STORED = 'language';

function preferred(): Language {
  const wanted = [read(), ...navigator.languages.map((tag) => tag.split('-')[0]!.toLowerCase())];
  return wanted.find(isLanguage) ?? 'en';
}

function read(): string | undefined {
  try {
    return localStorage.getItem(STORED) ?? undefined;
  } catch {
    return undefined;
  }
}

export interface Speech {
  readonly language: Language;
  /** The text of a key, with values for its placeholders. */
  readonly t: (key: TextKey, values?: Values) => string;
  /** `fr-CA` becomes the closest language there is. */
  readonly speak: (locale: string) => void;
}

const SpeechContext = createContext<Speech | undefined>(undefined);

/** Loads the texts before the app is first shown. */
export async function loadSpeech() {
  const language = preferred();
  return { language, texts: (await load[language]()).default };
}

export function SpeechProvider({
  first,
  children,
}: {
  first: { language: Language; texts: Texts };
  children: ReactNode;
}) {
  const [{ language, texts }, setSpoken] = useState(first);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const speak = (locale: string) => {
    const next = locale.split('-')[0]!.toLowerCase();
    if (!isLanguage(next) || next === language) return;
    try {
      localStorage.setItem(STORED, next);
    } catch {
      // Then it lasts as long as this page.
    }
    load[next]().then((module) => setSpoken({ language: next, texts: module.default }));
  };
  const t = (key: TextKey, values: Values = {}) => texts[key]?.(values) ?? key;
  return <SpeechContext.Provider value={{ language, t, speak }}>{children}</SpeechContext.Provider>;
}

export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (!speech) throw new Error('useSpeech needs a <SpeechProvider> around it.');
  return speech;
}

/** Dates, money and numbers as people of the language write them. */
export function useFormats() {
  const { language } = useSpeech();
  return {
    date: (text: string) => new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(text)),
    moment: (text: string) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(text)),
    number: (value: number) => new Intl.NumberFormat(language).format(value),
    money(amount: number, currency: string, minorDigits?: number) {
      const format = new Intl.NumberFormat(language, { style: 'currency', currency });
      const digits = minorDigits ?? format.resolvedOptions().maximumFractionDigits ?? 2;
      return format.format(amount / 10 ** digits);
    },
  };
}
