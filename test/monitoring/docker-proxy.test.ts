/** The proxy before Docker's socket, against a daemon of the test: it shows the logs of this project, and neither variables nor files. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';

const OURS = 'a'.repeat(64);
const FOREIGN = 'b'.repeat(64);
const SECRET = 'k4n4ry';

function container(id: string, project: string) {
  const labels = { 'com.docker.compose.project': project, 'com.docker.compose.service': 'web' };
  return {
    listed: { Id: id, Names: ['/web'], Labels: labels },
    inspected: {
      Id: id,
      Name: '/web',
      Args: [SECRET],
      State: { Status: 'running', Running: true, Health: { Log: [{ Output: SECRET }] } },
      Config: { Tty: false, Image: 'plinth', Labels: labels, Env: [`APP_SECRET=${SECRET}`], Cmd: [SECRET] },
      HostConfig: { Binds: [SECRET] },
    },
  };
}
const containers = [container(OURS, 'plinth'), container(FOREIGN, 'other')];

describe('the proxy before the socket of Docker', () => {
  let folder: string;
  let url: string;
  const asked: string[] = [];
  const daemon = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const { pathname } = new URL(incoming.url!, 'http://docker');
    const [, id, what] = /containers\/(\w{64})\/(\w+)/.exec(pathname) ?? [];
    const found = containers.find(({ listed }) => listed.Id === id)?.inspected;
    if (pathname.endsWith('/_ping')) response.setHeader('api-version', '1.41').end('OK');
    else if (pathname.endsWith('/containers/json'))
      response.end(JSON.stringify(containers.map(({ listed }) => listed)));
    else if (pathname.endsWith('/networks')) response.end(JSON.stringify([{ Id: 'n', Name: 'x', Containers: SECRET }]));
    else if (what === 'json' && found) response.end(JSON.stringify(found));
    else if (what === 'logs') response.end('a line');
    else response.end(SECRET);
  });
  let stop: () => Promise<unknown>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plinth-docker-'));
    const socket = join(folder, 'docker.sock');
    daemon.listen(socket);
    await once(daemon, 'listening');
    const env = { PATH: process.env.PATH, PORT: '0', DOCKER_SOCKET: socket, COMPOSE_PROJECT: 'plinth' };
    const proxy = spawn(process.execPath, ['monitoring/docker-proxy/main.ts'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(proxy, 'exit');
    stop = () => {
      proxy.kill('SIGTERM');
      return ended;
    };
    const [line] = await once(createInterface(proxy.stdout), 'line');
    url = `http://127.0.0.1:${JSON.parse(line.replace('listens on ', '')).port}`;
  });
  after(async () => {
    await stop?.();
    daemon.close();
    await rm(folder, { recursive: true });
  });

  async function ask(path: string, method = 'GET'): Promise<{ status: number; text: string }> {
    const answer = await fetch(url + path, { method });
    return { status: answer.status, text: await answer.text() };
  }

  it('lists the containers of this project only, and streams their logs', async () => {
    const { text } = await ask('/v1.41/containers/json?all=1');
    assert.deepEqual(
      JSON.parse(text).map(({ Id }: { Id: string }) => Id),
      [OURS],
    );
    assert.deepEqual(await ask(`/v1.41/containers/${OURS}/logs?follow=1&stdout=1`), { status: 200, text: 'a line' });
    assert.equal((await ask(`/v1.41/containers/${FOREIGN}/logs`)).status, 404);
    assert.equal((await ask('/_ping', 'HEAD')).status, 200);
  });

  it('shows of a container what a reader of logs uses, and no variable', async () => {
    const { status, text } = await ask(`/containers/${OURS}/json`);
    assert.equal(status, 200);
    assert.equal(JSON.parse(text).Config.Tty, false);
    for (const path of [`/containers/${OURS}/json`, '/v1.41/networks'])
      assert.ok(!(await ask(path)).text.includes(SECRET), path);
  });

  it('passes on no other path and no change, however the path is written', async () => {
    asked.length = 0;
    const paths = [
      'archive?path=/var/lib',
      'export',
      'top',
      'changes',
      'attach/ws',
      'stats',
      'logs/../archive',
      '%61rchive',
      'json/../export',
    ];
    for (const path of paths) assert.equal(await raw(url, 'GET', `/containers/${OURS}/${path}`), 403, path);
    for (const path of [
      '/images/json',
      '/info',
      '/secrets',
      '/volumes',
      '/events',
      '/',
      '//containers/json/x',
      '/v1.41/containers/json/',
    ])
      assert.equal(await raw(url, 'GET', path), 403, path);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD'])
      assert.equal(await raw(url, method, `/containers/${OURS}/json`), 403, method);
    assert.deepEqual(asked, [], 'the daemon was not asked');
  });
});

/** Sends a path as it is; `fetch` would resolve `..`. @returns the status */
function raw(url: string, method: string, path: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const { hostname, port } = new URL(url);
  request({ hostname, port, method, path }, (answer) => {
    answer.resume();
    resolve(answer.statusCode!);
  })
    .on('error', reject)
    .end();
  return promise;
}
