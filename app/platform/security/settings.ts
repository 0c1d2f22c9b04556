import { integer } from '../settings/parsers.ts';
import { defineSettings } from '../settings/settings.ts';

const own = defineSettings('Password hashes', {
  PASSWORD_HASH_MEMORY_KIB: {
    meaning: 'argon2id memory, in KiB.',
    parse: integer(7_168, 1_048_576),
    fallback: 19_456,
    example: '19456',
  },
  PASSWORD_HASH_ITERATIONS: { meaning: 'argon2id passes.', parse: integer(1, 20), fallback: 2, example: '2' },
  PASSWORD_HASH_PARALLELISM: { meaning: 'argon2id lanes.', parse: integer(1, 16), fallback: 1, example: '1' },
  PASSWORD_HASH_QUEUE: {
    meaning: 'Password hashes that may wait. Beyond this, logins get 503 overloaded.',
    parse: integer(1, 10_000),
    fallback: 100,
    example: '100',
  },
});
type Own = typeof own;

declare module '../settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
