import type { Static, TObject, TSchema } from 'typebox';

/** Members of an object, parameters of a path or of a query. */
export type Fields = Record<string, TSchema>;
// biome-ignore lint/complexity/noBannedTypes: no fields at all, where a declaration leaves them out
export type NoFields = {};
export type ValuesOf<F extends Fields> = Static<TObject<F>>;
