/** Reads `docker-compose.yml` with a `.env` as Docker Compose does: services whose variables are filled in. */
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
}

type Variables = Record<string, string | undefined>;

/** @param overrides values of the test's `.env` that replace the example's */
export function readComposeFile(overrides: Record<string, string> = {}): Record<string, ComposeService> {
  const file = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
    services: Record<string, Partial<ComposeService> & { env_file?: string[]; image: string }>;
  };
  const variables: Variables = { ...parseEnv(readFileSync('.env.example', 'utf8')), ...overrides };
  return Object.fromEntries(
    Object.entries(file.services).map(([name, { image, command = [], environment = {}, volumes = [], env_file }]) => [
      name,
      {
        image,
        command: command.map((argument) => interpolate(argument, variables)),
        environment: {
          ...((env_file ? variables : {}) as Record<string, string>),
          ...mapValues(environment, (value) => interpolate(String(value), variables)),
        },
        volumes: volumes.map((volume) => volume.replace(/^\.\//, `${resolve('.')}/`)),
      },
    ]),
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
