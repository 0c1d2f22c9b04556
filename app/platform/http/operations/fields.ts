import type { Static, TObject, TSchema } from 'typebox';

/** Members of an object, or parameters of a path or a query. */
export type Fields = Record<string, TSchema>;
// biome-ignore lint/complexity/noBannedTypes: a declaration without fields
export type NoFields = {};
export type ValuesOf<F extends Fields> = Static<TObject<F>>;
