/**
 * The account app at `/app`, and the operator console at `/operator`: the built files of `web/`, from memory. To remove it, delete `web/`, this file, and its line in `api.ts`; then
 * `APP_URL` names your frontend.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { httpErrors } from './platform/http/errors.ts';
import type { HttpServer } from './platform/http/fastify.ts';
import { html } from './platform/http/html.ts';

/** Where `vite build` writes. */
const BUILT = fileURLToPath(new URL('../web/dist', import.meta.url));
const PREFIX = '/app';
const CONSOLE = '/operator';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** Everything from this server, and nothing inline but the images of QR codes, which run no scripts. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** One form of a file, ready to be sent. */
interface Form {
  body: Buffer;
  headers: Readonly<Record<string, string>>;
}

interface BuiltFile {
  plain: Form;
  brotli: Form;
}

type BuiltFiles = ReadonlyMap<string, BuiltFile>;

/** What development does while the app is not built. */
export interface Building {
  /** The last lines of its progress; undefined once it is built. */
  progress(): readonly string[] | undefined;
}

export interface AccountAppOptions {
  building?: Building | undefined;
  /** True if the operator console is served too, at `/operator`. */
  console?: boolean | undefined;
}

export function accountAppRoutes(app: HttpServer, { building, console: hasConsole }: AccountAppOptions): void {
  let files: BuiltFiles | undefined = building?.progress() ? undefined : readBuilt();
  const find = () => {
    if (!files && building && !building.progress()) files = readBuilt();
    return files;
  };
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const found = find();
    if (!found) return sendProgress(reply, building?.progress());
    // The console is a part of the same app, whose files are all below the other address.
    const path = request.url.startsWith(PREFIX) ? request.url.slice(PREFIX.length + 1).split('?', 1)[0]! : '';
    // An address of a page has no extension; one of a file that another release had does.
    const file = found.get(path) ?? (extname(path) === '' ? found.get('index.html') : undefined);
    if (!file) throw httpErrors.not_found({ detail: 'The account app has no such file.' });
    return sendFile(request, reply, file);
  };
  app.get(PREFIX, answer);
  app.get(`${PREFIX}/*`, answer);
  if (!hasConsole) return;
  app.get(CONSOLE, answer);
  app.get(`${CONSOLE}/*`, answer);
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: BuiltFile): FastifyReply {
  const { body, headers } = acceptsBrotli(request) ? file.brotli : file.plain;
  reply.headers(headers);
  // A weak validator matches too: intermediaries weaken what they compress (RFC 9110 section 13.1.2).
  const known = request.headers['if-none-match'];
  if (known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === headers.etag)) return reply.code(304).send();
  return reply.send(body);
}

function acceptsBrotli({ headers }: FastifyRequest): boolean {
  const accepted = headers['accept-encoding'];
  return typeof accepted === 'string' && /\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accepted);
}

/** @returns undefined if the app is not built */
function readBuilt(): BuiltFiles | undefined {
  if (!existsSync(join(BUILT, 'index.html'))) return undefined;
  const names = globSync('**/*', { cwd: BUILT }).filter((name) => extname(name) in MEDIA_TYPES);
  return new Map(names.map((name) => [name, readForms(name)]));
}

function readForms(name: string): BuiltFile {
  const path = join(BUILT, name);
  const isPage = extname(name) === '.html';
  const headers = {
    'content-type': MEDIA_TYPES[extname(name)]!,
    // The name of every other file changes with its content.
    'cache-control': isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
  };
  const form = (body: Buffer, more: Record<string, string> = {}): Form => ({
    body,
    headers: { ...headers, ...more, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` },
  });
  const plain = form(readFileSync(path));
  const compressed = `${path}.br`;
  return {
    plain,
    brotli: existsSync(compressed) ? form(readFileSync(compressed), { 'content-encoding': 'br' }) : plain,
  };
}

/** Shown while the app is not there. It loads itself again, without a script. */
function sendProgress(reply: FastifyReply, lines: readonly string[] | undefined): FastifyReply {
  const page = html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${lines && html`<meta http-equiv="refresh" content="2">`}
<title>The account app</title>
<link rel="stylesheet" href="/docs/assets/base.css">
<link rel="stylesheet" href="/docs/assets/brand.css">
<body class="plain"><main id="main">
<h1>${lines ? 'The account app is being built' : 'The account app is not built'}</h1>
<p role="status">${lines ? 'The API answers already. This page opens the app as soon as it is there.' : 'Build it with: npm ci --prefix web && npm run build --prefix web'}</p>
${lines && html`<pre>${lines.join('\n')}</pre>`}
</main>`;
  return reply
    .code(503)
    .headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cache-control': 'no-store',
      'retry-after': '2',
      'referrer-policy': 'no-referrer',
    })
    .type('text/html; charset=utf-8')
    .send(String(page));
}
