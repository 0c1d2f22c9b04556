/**
 * Reads every object below a prefix from a store that speaks S3, one after the other, and decrypts it as pgBackRest encrypts (AES-256-CBC): what a
 * restore cannot do without. Prints the bytes and the seconds. Signed with AWS Signature Version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
import { createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

const { ENDPOINT = '', BUCKET = '', PREFIX = '', KEY = '', SECRET = '', REGION = '' } = process.env;
const EMPTY = createHash('sha256').update('').digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

async function get(path: string, query = ''): Promise<Response> {
  const { host } = new URL(ENDPOINT);
  const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const signed = { host, 'x-amz-content-sha256': EMPTY, 'x-amz-date': at };
  const names = Object.keys(signed).join(';');
  const headers = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['GET', path, query, headers.join(''), names, EMPTY].join('\n');
  const scope = `${at.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  const key = [REGION, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${SECRET}`, at.slice(0, 8)));
  const signature = hmac(key, ['AWS4-HMAC-SHA256', at, scope, digest].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${KEY}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const { host: _, ...rest } = signed;
  const answer = await fetch(`${ENDPOINT}${path}${query && `?${query}`}`, { headers: { ...rest, authorization } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

const query = `list-type=2&max-keys=1000&prefix=${encodeURIComponent(PREFIX)}`;
const listed = await (await get(`/${BUCKET}`, query)).text();
const objects = [...listed.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, name]) => name!);
const startedAt = performance.now();
let bytes = 0;
for (const name of objects) {
  const path = `/${BUCKET}/${name.split('/').map(encodeURIComponent).join('/')}`;
  // The key does not matter to the time that it takes.
  const decipher = createDecipheriv('aes-256-cbc', randomBytes(32), randomBytes(16)).setAutoPadding(false);
  for await (const chunk of (await get(path)).body!) {
    bytes += chunk.length;
    decipher.update(chunk);
  }
}
process.stdout.write(JSON.stringify({ bytes, seconds: (performance.now() - startedAt) / 1_000 }));
