/** Sorting (RFC 7644 section 3.4.2.3): by any attribute with one value, and by the primary or first value of a list. */
import { type SQL, sql } from 'drizzle-orm';
import { find, type ResourceType } from './attributes.ts';
import type { Stored } from './filter-sql.ts';
import { resolvePath } from './paths.ts';

export type { Stored } from './filter-sql.ts';

/** @returns undefined if there is nothing to sort by */
export function sortKey(type: ResourceType, path: string, stored: Stored): SQL | undefined {
  const place = resolvePath(type, path);
  if (!place || !('attribute' in place)) return undefined;
  const { attribute, sub, extension } = place;
  const column = stored.column(place);
  if (column) return column.kind === 'text' ? sql`lower(${column.value})` : column.value;
  if (stored.elements(place)) return undefined;
  const name = (text: string) => sql.raw(`'${text}'`);
  const holder = extension === undefined ? stored.document : sql`${stored.document} -> ${name(extension)}`;
  if (!attribute.multiValued) {
    if (attribute.type === 'complex' && !sub) return undefined;
    const parent = sub ? sql`${holder} -> ${name(attribute.name)}` : holder;
    return sql`lower(${parent} ->> ${name((sub ?? attribute).name)})`;
  }
  const compared = sub ?? find(attribute.subAttributes ?? [], 'value');
  if (!compared) return undefined;
  return sql`(select lower(element.value ->> ${name(compared.name)})
    from jsonb_array_elements(${holder} -> ${name(attribute.name)}) with ordinality as element(value, nth)
    order by coalesce((element.value ->> 'primary')::boolean, false) desc, nth limit 1)`;
}
