/**
 * The declaration of an email: its data, its parts in their order, and a sample. A feature declares its own with `defineEmails` in its
 * `emails.ts`, and writes their texts once per language in `emails/<locale>.ts`.
 */
import type { Field } from './fields.ts';

/** A part of an email. `text`, `label` and so on name texts of the email; `link` and `value` name fields. */
export type Part =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'button'; readonly text: string; readonly link: string }
  | { readonly kind: 'details'; readonly rows: readonly { readonly label: string; readonly value: string }[] }
  | { readonly kind: 'notes'; readonly texts: readonly string[] };

export interface EmailDeclaration {
  /** A reminder that people do not need. Readers may unsubscribe from it (RFC 8058). */
  readonly bulk?: true;
  readonly fields: Readonly<Record<string, Field<never>>>;
  readonly parts: readonly Part[];
  /** Plausible data, for tests and previews. It is never sent. */
  readonly sample: Readonly<Record<string, unknown>>;
}

/** Every declared email. A feature adds its own here by merging (`declare module`). */
// biome-ignore lint/suspicious/noEmptyInterface: features fill it
export interface DeclaredEmails {}

export type TemplateName = keyof DeclaredEmails & string;

type DataOf<F> = { name: string | null } & {
  [K in keyof F]: F[K] extends (value: infer V, ...rest: never[]) => string ? V : never;
};
/** The data of an email as senders give it: raw values, which are formatted for the reader's locale only when the email is rendered. */
export type EmailData<T extends TemplateName> = DataOf<DeclaredEmails[T]['fields']>;

interface CommonTexts {
  subject: string;
  /** Inboxes show it after the subject. */
  preheader: string;
  heading: string;
  /** Why the reader gets this email. */
  reason: string;
}
type TextsOfPart<P> = P extends { kind: 'details'; rows: readonly { label: infer L }[] }
  ? L
  : P extends { texts: readonly (infer N)[] }
    ? N
    : P extends { text: infer T }
      ? T
      : never;
/** The texts of a feature's emails in one language. `{{field}}` stands for a formatted field, `{{product}}` for the product's name. */
export interface EmailTexts<D extends { emails: Record<string, EmailDeclaration>; phrases: readonly string[] }> {
  /** Words that a field puts around a value. */
  phrases: Record<D['phrases'][number], string>;
  emails: {
    [T in keyof D['emails']]: CommonTexts & Record<TextsOfPart<D['emails'][T]['parts'][number]> & string, string>;
  };
}

const declared = new Map<string, EmailDeclaration>();

/**
 * Declares emails. Their names are stored with every email that was sent, so they stay.
 * @param phrases names of the words that their fields put around a value, such as `role.owner`
 * @throws Error when a name is declared twice
 */
export function defineEmails<
  const E extends Record<string, EmailDeclaration>,
  const P extends readonly string[] = readonly [],
>(
  emails: E & { [T in keyof E]: { sample: DataOf<E[T]['fields']> } },
  phrases: P = [] as unknown as P,
): { emails: E; phrases: P } {
  for (const [name, declaration] of Object.entries<EmailDeclaration>(emails)) {
    if (declared.has(name)) throw new Error(`email declared twice: ${name}`);
    declared.set(name, declaration);
  }
  return { emails, phrases };
}

/** @returns undefined if no feature declares the email */
export function declarationOf(name: string): EmailDeclaration | undefined {
  return declared.get(name);
}

/** Every declared email. It grows while features are loaded. */
export function allEmails(): [name: TemplateName, declaration: EmailDeclaration][] {
  return [...declared] as [TemplateName, EmailDeclaration][];
}

export const paragraph = <const T extends string>(text: T) => ({ kind: 'paragraph', text }) as const;
/** The main action of an email, and its URL in full below it. */
export const button = <const T extends string>(text: T, link = 'url') => ({ kind: 'button', text, link }) as const;
/** A table of facts. @param rows label -> the field with its value */
export const details = <const L extends string>(rows: Record<L, string>) =>
  ({
    kind: 'details',
    rows: (Object.entries(rows) as [L, string][]).map(([label, value]) => ({ label, value })),
  }) as const;
/** Small print below a line: how long a link works, and what to do if the email is unexpected. */
export const notes = <const T extends string>(...texts: T[]) => ({ kind: 'notes', texts }) as const;

/** The words that every email needs. */
export const ownEmails = {
  emails: {},
  phrases: ['greeting', 'greetingNameless', 'unknown', 'buttonFallback', 'unsubscribe'],
} as const;
