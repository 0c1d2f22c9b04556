/** The commands of terraform/README.md that give a database role its password, run as they are printed there. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type pg from 'pg';
import { administer, randomName } from './database.ts';

const readme = readFileSync('terraform/README.md', 'utf8');

describe('terraform/README.md', () => {
  it('sends no password in a statement, where the log of the database could keep it', () => {
    const passwords = [...readme.matchAll(/alter role \w+ password (\S+)/g)].map(([, value]) => value);
    assert.ok(passwords.length >= 3);
    for (const value of passwords) assert.match(value!, /^(null|'\$VERIFIER')"$/);
    const verifiers = [...readme.matchAll(/\bVERIFIER=(.*?)(?= +#|$)/gm)].map(([, value]) => value);
    assert.deepEqual(verifiers, Array(passwords.length - 1).fill('$(scram "$PASSWORD")'));
  });

  it('makes a SCRAM verifier that lets the role sign in with its password, and with no other', async () => {
    const scram = /^scram\(\) \{.*?; \}$/ms.exec(readme)?.[0];
    assert.ok(scram, 'the function scram');
    const [role, password] = [randomName('login'), 'a password'];
    const verifier = execFileSync('bash', ['-c', `${scram}\nscram "$1"`, 'bash', password], { encoding: 'utf8' });
    const server = process.env.TEST_DATABASE_URL!;
    await administer(server, `create role ${role} login password '${verifier.trim()}'`);
    try {
      await administer(signInAs(server, role, password), 'select 1');
      const refused = (error: pg.DatabaseError) => error.code === '28P01';
      await assert.rejects(administer(signInAs(server, role, 'another'), 'select 1'), refused);
    } finally {
      await administer(server, `drop role ${role}`);
    }
  });
});

/** The server's URL with other credentials. */
function signInAs(server: string, user: string, password: string): string {
  return Object.assign(new URL(server), { username: user, password }).href;
}
