/** The fields of objects, by kind, to compare the sandbox's with stripe-mock's. */

type Json = Record<string, unknown>;
/** By kind of object, the paths of fields that it was seen to have, such as `automatic_tax.status`, and of hashes that it was seen with. */
export type Fields = Map<string, { paths: Set<string>; hashes: Set<string> }>;

/** Hashes whose keys are data. */
const DATA = new Set(['metadata', 'payload', 'currency_options', 'evidence']);

/** Fields that stripe-mock's fixtures still show, although this version of the API has them only on request or not at all. */
const NOT_SHOWN: Record<string, string[]> = {
  charge: ['refunds'],
  coupon: ['applies_to', 'currency_options'],
  customer: ['sources', 'subscriptions', 'tax_ids', 'tax'],
  'checkout.session': ['line_items'],
  invoice: ['subscription', 'payments', 'confirmation_secret'],
  plan: ['aggregate_usage', 'tiers'],
  price: ['tiers', 'currency_options'],
};

export function fieldsOf(objects: unknown[]): Fields {
  const fields: Fields = new Map();
  const visit = (value: unknown, kind: string | undefined, path: string): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, undefined, path);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const own = typeof (value as Json).object === 'string' ? String((value as Json).object) : undefined;
    const deleted = (value as Json).deleted ? 'deleted_' : '';
    const [at, inside] = own ? [`${deleted}${own}`, ''] : [kind, path];
    for (const [key, field] of Object.entries(value)) {
      const name = inside ? `${inside}.${key}` : key;
      if (at && at !== 'list') see(at).paths.add(name);
      if (at && isHash(field) && !DATA.has(key)) see(at).hashes.add(name);
      if (!DATA.has(key)) visit(field, at, name);
    }
  };
  const see = (kind: string) => {
    const seen = fields.get(kind) ?? { paths: new Set(), hashes: new Set() };
    fields.set(kind, seen);
    return seen;
  };
  for (const object of objects) visit(object, undefined, '');
  return fields;
}

const isHash = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && typeof (value as Json).object !== 'string';

/** Fields of kinds that both have, which only `theirs` has. Fields inside of a hash count if ours were seen with that hash. */
export function lackingFields(theirs: Fields, ours: Fields): string[] {
  return [...theirs].flatMap(([kind, { paths }]) => {
    const own = ours.get(kind);
    if (!own) return [];
    return [...paths]
      .filter((path) => !own.paths.has(path) && !NOT_SHOWN[kind]?.includes(path))
      .filter((path) => !path.includes('.') || own.hashes.has(path.slice(0, path.lastIndexOf('.'))))
      .map((path) => `${kind}.${path}`);
  });
}
