import { readFileSync } from 'node:fs';
import * as standardwebhooks from 'standardwebhooks';
import * as svix from 'svix';

const cases = readFileSync('cases.tsv', 'utf8').trimEnd().split('\n');

function verifies({ Webhook }, line) {
  const [secret, id, timestamp, signature, body] = line.split('\t');
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  try {
    new Webhook(secret).verify(Buffer.from(body, 'base64').toString(), headers);
    return '1';
  } catch {
    return '0';
  }
}

for (const [name, library] of Object.entries({ standardwebhooks, svix })) {
  console.log(name, cases.map((line) => verifies(library, line)).join(''));
}
