/** The programs that docs/webhooks.md prints for receivers, run as they are printed, where their language is at hand. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createSealer } from '../../platform/security/sealing.ts';
import { makeSecret, openSecrets, signedHeaders } from './signing.ts';

const PAGE = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8');

interface Program {
  language: string;
  file: string;
  /** @returns the command that runs a file; undefined where the language is not at hand */
  command(path: string, folder: string): string[] | undefined;
}

const has = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;

const programs: Program[] = [
  { language: 'ts', file: 'verify.ts', command: (path) => [process.execPath, path] },
  {
    language: 'python',
    file: 'verify.py',
    command: (path) => (has('python3', '--version') ? ['python3', path] : undefined),
  },
  {
    language: 'go',
    file: 'verify.go',
    command(path, folder) {
      const binary = join(folder, 'verify-go');
      return has('go', 'version') && has('go', 'build', '-o', binary, path) ? [binary] : undefined;
    },
  },
  { language: 'shell', file: 'verify.sh', command: (path) => (has('openssl', 'version') ? ['sh', path] : undefined) },
];

describe('what the guide for receivers prints', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'receivers-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const sealer = createSealer(['a secret for the test of receivers, long enough']);
  const keyOf = ({ sealed }: { sealed: Buffer }) =>
    openSecrets(sealer, { secret: sealed, previousSecret: null, previousSecretUntil: null }, new Date())[0]!;
  const [current, previous] = [makeSecret(sealer), makeSecret(sealer)];
  const body = JSON.stringify({ id: 'evt_1', type: 'member.joined', data: { name: 'Zoë "Ö" \u2028 ✓\n' } });
  const signed = (at = new Date(), keys = [keyOf(current), keyOf(previous)]) => signedHeaders(keys, 'evt_1', at, body);

  async function run(
    command: string[],
    secret: string,
    headers: Record<string, string>,
    sent: string,
  ): Promise<boolean> {
    const [program, ...args] = command;
    const env = {
      PATH: process.env.PATH,
      WEBHOOK_SECRET: secret,
      WEBHOOK_ID: headers['webhook-id'],
      WEBHOOK_TIMESTAMP: headers['webhook-timestamp'],
      WEBHOOK_SIGNATURE: headers['webhook-signature'],
    };
    const child = spawn(program!, args, { env, stdio: ['pipe', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(sent);
    const [code] = await once(child, 'exit');
    assert.ok(code === 0 || code === 1, errors);
    return code === 0;
  }

  for (const { language, file, command } of programs) {
    it(`accepts what is genuine and refuses what is not, in ${language}`, async (t) => {
      const [, code] =
        new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(PAGE) ?? assert.fail('the page has no program');
      const path = join(folder, file);
      writeFileSync(path, code!);
      const found = command(path, folder);
      if (!found) return t.skip('the language is not at hand');
      const verify = (headers: Record<string, string>, sent = body, { secret } = current) =>
        run(found, secret, headers, sent);
      assert.ok(await verify(signed()));
      assert.ok(await verify(signed(), body, previous), 'by the secret before, during a rotation');
      assert.ok(!(await verify(signed(), `${body} `)), 'another body');
      assert.ok(!(await verify(signed(), body, makeSecret(sealer))), 'another secret');
      assert.ok(!(await verify({ ...signed(), 'webhook-id': 'evt_2' })), 'another id');
      // The signature covers the time, so these headers are made together.
      const single = signed(new Date(), [keyOf(current)]);
      const signedBy = (signature: string) => ({ ...single, 'webhook-signature': signature });
      const signature = single['webhook-signature']!;
      assert.ok(!(await verify(signedBy(signature.replace('v1,', 'v1a,')))), 'another version');
      assert.ok(await verify(signedBy(`v1a,AAAA v2,x ${signature}`)), 'beside other versions');
      assert.ok(!(await verify({ ...signed(), 'webhook-signature': '' })), 'none');
      for (const minutes of [-6, 6])
        assert.ok(!(await verify(signed(new Date(Date.now() + minutes * 60_000)))), `${minutes} minutes away`);
    });
  }
});
