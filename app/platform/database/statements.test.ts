import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeStatement } from './statements.ts';

const DESCRIPTIONS = {
  'select "id", "name" from "users" where "users"."id" = $1': 'select users',
  'insert into "email_messages" ("id") values ($1)': 'insert email_messages',
  'insert into sessions(id) values ($1)': 'insert sessions',
  'update "sessions" set "ended_at" = $1': 'update sessions',
  'DELETE FROM rate_limits WHERE expires < $1': 'delete rate_limits',
  'with due as (select id from pgboss.job for update skip locked) select 1': 'with pgboss.job',
  "select extract(epoch from now() - min(j.at)) from pgboss.queue j where j.name = 'someone@example.com'":
    'select pgboss.queue',
  'select pg_notify($1, $2)': 'select',
  "select 'canary'::text": 'select',
  begin: 'begin',
  'lock table users': 'other',
};

for (const [text, summary] of Object.entries(DESCRIPTIONS)) {
  test(`a statement is described as "${summary}", without its values: ${text}`, () => {
    const description = describeStatement(text);
    assert.equal(description.summary, summary);
    assert.doesNotMatch(JSON.stringify(description), /example|canary/);
  });
}
