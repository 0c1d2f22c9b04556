/**
 * What Alloy may ask Docker: the containers of this project, and their logs. Docker's own API also shows the variables of a container, with
 * every secret, and gives out its files, so nothing else is passed on, and of an inspected container only what a reader of logs uses.
 *
 *   COMPOSE_PROJECT=plinth node main.ts       listens on 2375; `--check` asks whether it does
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

const PORT = Number(process.env.PORT ?? 2375);
const SOCKET = process.env.DOCKER_SOCKET ?? '/var/run/docker.sock';
const PROJECT = process.env.COMPOSE_PROJECT ?? '';
const LABEL = 'com.docker.compose.project';
/** Of Docker's Engine API, https://docs.docker.com/reference/api/engine: each path may begin with a version. */
const PING = /^(?:\/v[\d.]+)?\/_ping$/;
const LIST = /^(?:\/v[\d.]+)?\/containers\/json$/;
const NETWORKS = /^(?:\/v[\d.]+)?\/networks$/;
const INSPECT = /^((?:\/v[\d.]+)?\/containers\/[a-f0-9]{12,64})\/json$/;
const LOGS = /^((?:\/v[\d.]+)?\/containers\/[a-f0-9]{12,64})\/logs$/;

interface Container {
  Id: string;
  Name: string;
  Created: string;
  State: { Status: string; Running: boolean; StartedAt: string; FinishedAt: string };
  Config: { Tty: boolean; Image: string; Labels: Record<string, string> };
}

function ask(path: string, method = 'GET'): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request({ socketPath: SOCKET, path, method }, resolve).on('error', reject).end();
  return promise;
}

async function read<T>(path: string): Promise<T | undefined> {
  const answer = await ask(path);
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part);
  return answer.statusCode === 200 ? JSON.parse(Buffer.concat(parts).toString()) : undefined;
}

/** A container of this project. */
async function inspect(path: string): Promise<Container | undefined> {
  const container = await read<Container>(`${path}/json`);
  return container?.Config.Labels[LABEL] === PROJECT ? container : undefined;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function stream(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const { 'content-length': _length, connection: _connection, ...headers } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, headers);
  response.flushHeaders();
  response.on('close', () => answer.destroy());
  answer.on('error', () => response.destroy());
  answer.pipe(response);
}

async function handle({ method, url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, search } = new URL(url, 'http://docker');
  if (PING.test(pathname) && (method === 'GET' || method === 'HEAD'))
    return stream(await ask(pathname, method), response);
  if (method !== 'GET') return send(response, 403, { message: 'only reading is allowed' });
  if (NETWORKS.test(pathname)) return send(response, 200, await networks(pathname));
  if (LIST.test(pathname)) {
    const all = await read<{ Labels: Record<string, string> }[]>(pathname + search);
    return send(response, 200, all?.filter(({ Labels }) => Labels[LABEL] === PROJECT) ?? []);
  }
  const [, path] = INSPECT.exec(pathname) ?? LOGS.exec(pathname) ?? [];
  if (!path) return send(response, 403, { message: 'not one of the paths that reading logs takes' });
  const container = await inspect(path);
  if (!container) return send(response, 404, { message: 'no such container in this project' });
  if (LOGS.test(pathname)) return stream(await ask(pathname + search), response);
  const { Id, Name, Created, Config } = container;
  const { Status, Running, StartedAt, FinishedAt } = container.State;
  const { Tty, Image, Labels } = Config;
  const State = { Status, Running, StartedAt, FinishedAt };
  return send(response, 200, { Id, Name, Created, State, Config: { Tty, Image, Labels } });
}

/** Names and ids only: discovery joins them to containers. */
async function networks(path: string): Promise<unknown> {
  const all = await read<{ Id: string; Name: string; Scope: string; Internal: boolean; Ingress: boolean }[]>(path);
  return all?.map(({ Id, Name, Scope, Internal, Ingress }) => ({ Id, Name, Scope, Internal, Ingress })) ?? [];
}

if (process.argv.includes('--check')) {
  const answer = await fetch(`http://127.0.0.1:${PORT}/_ping`, { signal: AbortSignal.timeout(2_000) }).catch(
    () => undefined,
  );
  process.exitCode = answer?.ok ? 0 : 1;
} else {
  if (!PROJECT) throw new Error('COMPOSE_PROJECT is not set');
  const server = createServer((asked, response) => {
    handle(asked, response).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else send(response, 502, { message: `Docker does not answer: ${error.message}` });
    });
  });
  server.listen(PORT, () => process.stdout.write(`listens on ${JSON.stringify(server.address())}\n`));
  // A stream of logs lasts as long as its container.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
}
