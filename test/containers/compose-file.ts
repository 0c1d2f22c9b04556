/** Docker Compose's reading of the Compose files and a `.env`: services, merged and with their variables filled in. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';

export interface ComposeService {
  image: string;
  command: string[];
  /** Merged from `env_file` and `environment`. */
  environment: Record<string, string>;
  /** Volumes of the host, with an absolute source. */
  volumes: string[];
  networks: string[];
}

type Variables = Record<string, string | undefined>;

export const COMPOSE_FILES = ['docker-compose.yml', 'docker-compose.stand-ins.yml'] as const;

/** A service as its file has it. */
interface Written extends Partial<ComposeService> {
  env_file?: string[];
  extends?: { file: string; service: string };
  depends_on?: Record<string, { condition: string }>;
}

/**
 * The services of the files as Compose merges them: variables, dependencies, networks and volumes are joined, all else is taken from the later file
 * (docs.docker.com/reference/compose-file/merge).
 */
export function mergeComposeFiles<Service extends object>(files: readonly string[] = COMPOSE_FILES) {
  const services: Record<string, Written> = {};
  const volumes: Record<string, unknown> = {};
  const networks: Record<string, unknown> = {};
  for (const file of files) {
    const read = readYaml(file);
    Object.assign(volumes, read.volumes);
    Object.assign(networks, read.networks);
    for (const [name, { extends: base, ...service }] of Object.entries(read.services)) {
      const below = base ? readYaml(base.file).services[base.service] : services[name];
      services[name] = below ? merge(below, service) : service;
    }
  }
  return { services: services as Record<string, Service>, volumes, networks };
}

interface ComposeFile {
  services: Record<string, Written>;
  volumes?: Record<string, unknown>;
  networks?: Record<string, unknown>;
}

function readYaml(file: string): ComposeFile {
  return parse(readFileSync(file, 'utf8'), { merge: true });
}

function merge(below: Written, above: Written): Written {
  const joined = { ...below, ...above };
  if (below.environment || above.environment) joined.environment = { ...below.environment, ...above.environment };
  if (below.depends_on || above.depends_on) joined.depends_on = { ...below.depends_on, ...above.depends_on };
  for (const list of ['networks', 'volumes'] as const)
    if (below[list] || above[list]) joined[list] = [...new Set([...(below[list] ?? []), ...(above[list] ?? [])])];
  return joined;
}

/** @param overrides what the `.env` of the test has instead of the example's; an empty COMPOSE_FILE is docker-compose.yml alone */
export function readComposeFile(overrides: Record<string, string> = {}): Record<string, ComposeService> {
  const variables: Variables = { ...parseEnv(readFileSync('.env.example', 'utf8')), ...overrides };
  const files = (variables.COMPOSE_FILE || COMPOSE_FILES[0]).split(':');
  return Object.fromEntries(
    Object.entries(mergeComposeFiles<Written & { image: string }>(files).services).map(
      ([name, { image, command = [], environment = {}, volumes = [], networks = [], env_file }]) => [
        name,
        {
          image: interpolate(image, variables),
          networks,
          command: command.map((argument) => interpolate(argument, variables)),
          environment: {
            ...((env_file ? variables : {}) as Record<string, string>),
            ...mapValues(environment, (value) => interpolate(String(value), variables)),
          },
          volumes: volumes.map((volume) => volume.replace(/^\.\//, `${resolve('.')}/`)),
        },
      ],
    ),
  );
}

function mapValues(record: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/**
 * Interpolates `${NAME}`, `${NAME:-instead}`, `${NAME:+alternative}` and `${NAME:?message}`, also nested, as the Compose specification defines
 * them (docs.docker.com/reference/compose-file/interpolation). An empty variable counts as unset.
 * @throws Error with the message, if a required variable is missing
 */
export function interpolate(text: string, variables: Variables): string {
  const start = text.indexOf('${');
  if (start < 0) return text;
  const end = closing(text, start);
  const [, name, operator = '', operand = ''] = /^(\w+)(:[-+?])?(.*)$/s.exec(text.slice(start + 2, end))!;
  const value = variables[name!] || undefined;
  const rest = interpolate(text.slice(end + 1), variables);
  if (operator === ':?' && value === undefined) throw new Error(`${name}: ${operand}`);
  const filled = {
    ':-': () => value ?? interpolate(operand, variables),
    ':+': () => (value === undefined ? '' : interpolate(operand, variables)),
  }[operator];
  return `${text.slice(0, start)}${filled ? filled() : (value ?? '')}${rest}`;
}

/** The position of the brace that closes the one at `start`. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith('${', at)) depth++;
    if (text[at] === '}' && --depth === 0) return at;
  }
  throw new Error(`missing closing brace: ${text}`);
}
