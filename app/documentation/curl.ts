import type { PlacedOperation } from './openapi.ts';

const WIDTH = 60;

/** An operation's example as a command for a shell. What the reader has to fill in stands as a variable, such as `$ACCESS_TOKEN`. */
export function curlExample(operation: PlacedOperation, serverUrl: string): string {
  const { method, path, security = [], requestBody, parameters = [] } = operation;
  const fill = ({ name, example }: { name: string; example?: unknown }) =>
    example === undefined ? `$${variable(name)}` : String(example);
  const filledPath = path.replace(/\{(\w+)\}/g, (_placeholder, name: string) =>
    fill(parameters.find((parameter) => parameter.name === name) ?? { name }),
  );
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map((parameter) => `${parameter.name}=${fill(parameter)}`)
    .join('&');
  const url = serverUrl + filledPath + (query && `?${query}`);
  const parts = [`curl ${method === 'GET' ? '' : `-X ${method} `}${quoteUrl(url)}`];
  if (security.some((option) => 'accessToken' in option)) parts.push('-H "Authorization: Bearer $ACCESS_TOKEN"');
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type && media?.example !== undefined)
    parts.push(`-H 'Content-Type: ${type}'`, `-d ${quote(json(media.example))}`);
  return parts.join(' \\\n  ');
}

function variable(name: string): string {
  return name.replace(/[A-Z]/g, '_$&').toUpperCase();
}

function quoteUrl(url: string): string {
  return /[$?&]/.test(url) ? `"${url}"` : url;
}

function json(example: unknown): string {
  const line = JSON.stringify(example);
  return line.length <= WIDTH ? line : JSON.stringify(example, null, 2).replaceAll('\n', '\n  ');
}

/** In single quotes a shell reads everything as it is, save the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
