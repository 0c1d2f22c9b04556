/** A database without the keys that a sharded PostgreSQL does not have: nothing cascades from one owner to another there. */
import type { TestService } from './service.ts';

const KEYS = `
  select k.conname as name, k.conrelid::regclass::text as "from", k.confrelid::regclass::text as "to",
    (select string_agg(format('other.%I = own.%I', theirs.attname, ours.attname), ' and ')
      from unnest(k.conkey, k.confkey) as pair (ours, theirs)
      join pg_attribute ours on ours.attrelid = k.conrelid and ours.attnum = pair.ours
      join pg_attribute theirs on theirs.attrelid = k.confrelid and theirs.attnum = pair.theirs) as matches,
    (select string_agg(format('own.%I is not null', a.attname), ' and ')
      from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any(k.conkey)) as filled
  from pg_constraint k where k.contype = 'f' and k.conname like '%\\_cross\\_owner\\_fk' order by 1`;

/**
 * Drops all keys that are named `*_cross_owner_fk`.
 * @returns a function that counts the rows that refer to something that is gone: what a cascade would have deleted
 */
export async function dropCrossOwnerKeys(test: TestService): Promise<() => Promise<Record<string, number>>> {
  const pool = test.service.db.$client;
  const { rows: keys } = await pool.query(KEYS);
  if (keys.length === 0) throw new Error('no key is named *_cross_owner_fk');
  for (const { name, from } of keys) await pool.queryAlone(`alter table ${from} drop constraint ${name}`);
  return async () => {
    const counts: Record<string, number> = {};
    for (const { name, from, to, matches, filled } of keys) {
      const gone = `${filled} and not exists (select from ${to} other where ${matches})`;
      const { rows } = await pool.query(`select count(*)::int as count from ${from} own where ${gone}`);
      if (rows[0].count > 0) counts[name] = rows[0].count;
    }
    return counts;
  };
}
