import { developmentUrl } from '../settings/development-values.ts';
import { flag, integer, url } from '../settings/parsers.ts';
import { defineSettings } from '../settings/settings.ts';

const own = defineSettings('PostgreSQL and Redis', {
  DATABASE_URL: {
    meaning:
      'PostgreSQL, e.g. postgres://user:password@host:5432/plinth. Without it, development starts an embedded one.',
    parse: url('postgres:', 'postgresql:'),
    required: true,
    secret: true,
    developmentOnly: developmentUrl,
    example: '',
  },
  DATABASE_DIRECT_URL: {
    meaning: 'The same database without a pooler, for LISTEN, jobs and migrations. Default: DATABASE_URL.',
    parse: url('postgres:', 'postgresql:'),
    secret: true,
    developmentOnly: developmentUrl,
    example: '',
  },
  DATABASE_REPLICA_URL: {
    meaning:
      'A replica of the database, for lists that may be some seconds old. Default: they are read from DATABASE_URL.',
    parse: url('postgres:', 'postgresql:'),
    secret: true,
    developmentOnly: developmentUrl,
    example: '',
  },
  DATABASE_POOL_SIZE: {
    meaning: 'Connections for transactions, per process.',
    parse: integer(1, 500),
    fallback: 10,
    example: '10',
  },
  DATABASE_LANES: {
    meaning: 'Pipelined connections that single statements share, per process.',
    parse: integer(1, 32),
    fallback: 2,
    example: '2',
  },
  DATABASE_PREPARED_STATEMENTS: {
    meaning:
      'false behind PgBouncer in transaction mode. Then limit statements by: alter role ... set statement_timeout.',
    parse: flag,
    fallback: true,
    example: 'true',
  },
  REDIS_URL: {
    meaning:
      'Redis or Valkey for counting rate limits, e.g. rediss://user:password@host:6379. Default: counted in PostgreSQL.',
    parse: url('redis:', 'rediss:'),
    secret: true,
    developmentOnly: developmentUrl,
    example: '',
  },
});
type Own = typeof own;

declare module '../settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
