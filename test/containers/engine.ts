/** Runs containers of the image under test with docker or podman, as `CONTAINER_ENGINE` selects. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { freePort } from '../../dev/free-port.ts';
import { request } from '../service.ts';

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const ENGINE = process.env.CONTAINER_ENGINE ?? 'docker';
export const IMAGE = process.env.IMAGE ?? 'localhost/plinth';
export const BASE_IMAGE = 'docker.io/library/node:26-bookworm-slim';

/** The options that operators are told to use: only memory is writable, and no privilege can be gained. */
export const HARDENING = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'];

/** Settings of a real installation, except two that tests may relax: an address without TLS, and cheap password hashes. */
export const SETTINGS = {
  APP_ENV: 'staging',
  HOST: '127.0.0.1',
  APP_SECRET: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
  APP_URL: 'http://127.0.0.1',
  API_URL: 'http://127.0.0.1',
  EMAIL_FROM: 'Plinth <no-reply@example.com>',
  SMTP_URL: 'smtp://127.0.0.1:1',
  NETWORK_LIMIT_FACTOR: '1000',
  DRAIN_DELAY_SECONDS: '3',
};

/** Runs the container engine. @returns its standard output @throws Error with its standard error */
export async function engine(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(ENGINE, args, { maxBuffer: MAX_OUTPUT_BYTES });
  return stdout.trim();
}

export interface Container {
  readonly name: string;
  /** The public address of the service. */
  readonly url: string;
  /** Polls until the service is ready. @throws Error with its log if the container exits first */
  ready(): Promise<void>;
  /** The output of the container so far. */
  logs(): Promise<string>;
  /** Resolves with the exit code when the container exits. */
  ended(): Promise<number>;
}

export interface ContainerOptions {
  command: string[];
  env: Record<string, string>;
  /** The port of the public API; any free one by default. */
  port?: number;
  /** In the syntax of a Compose file, with an absolute source. */
  volumes?: string[];
}

/**
 * Starts a container on the host's network, so that it can reach the test's servers, and removes it after the test.
 * @throws Error if the engine cannot start it
 */
export async function startContainer(
  t: { after(fn: () => unknown): void },
  { command, env, port = 0, volumes = [] }: ContainerOptions,
): Promise<Container> {
  const name = `plinth-test-${randomBytes(4).toString('hex')}`;
  const publicPort = port || (await freePort());
  const all = { ...SETTINGS, PORT: String(publicPort), METRICS_PORT: String(await freePort()), ...env };
  const variables = Object.entries(all).map(([key, value]) => `--env=${key}=${value}`);
  t.after(() => engine('rm', '--force', name));
  const mounts = volumes.map((volume) => `--volume=${volume}`);
  const options = ['--detach', `--name=${name}`, '--network=host', ...HARDENING, ...mounts, ...variables];
  await engine('run', ...options, IMAGE, ...command);
  const url = `http://127.0.0.1:${publicPort}`;
  const state = async (field: string) => engine('inspect', `--format={{.State.${field}}}`, name);

  async function logs(): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)(ENGINE, ['logs', name], { maxBuffer: MAX_OUTPUT_BYTES });
    return stdout + stderr;
  }

  return {
    name,
    url,
    logs,
    async ready() {
      for (let asked = 0; ; asked++) {
        const answer = await request(`${url}/readyz`).catch(() => undefined);
        if (answer?.status === 200) return;
        if (asked % 20 === 19 && (await state('Status')) === 'exited') throw new Error(await logs());
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async ended() {
      return Number(await engine('wait', name));
    },
  };
}

/** Runs a command of the image until it exits. @returns its output @throws Error if it fails */
export async function runOnce(command: string[], env: Record<string, string> = {}): Promise<string> {
  const variables = Object.entries({ ...SETTINGS, ...env }).map(([key, value]) => `--env=${key}=${value}`);
  return engine('run', '--rm', '--network=host', ...HARDENING, ...variables, IMAGE, ...command);
}
