/** JSON schemas for kubeconform, made from the OpenAPI document that is in the sources of Kubernetes. They are strict: no unknown field passes. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Definition {
  type?: string;
  format?: string;
  properties?: Record<string, Definition>;
  additionalProperties?: unknown;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  [name: string]: unknown;
}

/**
 * Writes a schema for each kind.
 * @param document the path of `swagger.json`
 * @param folder where the files go, by the names that kubeconform asks for: `deployment-apps-v1.json`
 * @param kinds the kinds that are wanted
 * @returns the number of files
 */
export function writeSchemas(document: string, folder: string, kinds: ReadonlySet<string>): number {
  const { definitions } = JSON.parse(readFileSync(document, 'utf8')) as { definitions: Record<string, Definition> };
  mkdirSync(folder, { recursive: true });
  let count = 0;
  for (const [name, definition] of Object.entries(definitions)) {
    for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? []) {
      if (!kinds.has(kind)) continue;
      const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...reachable(name, definitions) };
      const parts = [kind, ...(group === '' ? [] : [group.split('.')[0]!]), version];
      writeFileSync(join(folder, `${parts.join('-').toLowerCase()}.json`), JSON.stringify(schema));
      count++;
    }
  }
  return count;
}

/** A definition with those that it refers to. */
function reachable(name: string, definitions: Record<string, Definition>) {
  const found: Record<string, unknown> = {};
  const add = (one: string) => {
    if (one in found) return;
    found[one] = null;
    const text = JSON.stringify(strict(definitions[one]!));
    for (const [, other] of text.matchAll(/"#\/definitions\/([^"]+)"/g)) add(other!);
    found[one] = JSON.parse(text);
  };
  add(name);
  return { $ref: `#/definitions/${name}`, definitions: found };
}

/** No fields but those that are named, and numbers where Kubernetes takes them for text. */
function strict(definition: Definition): Definition {
  if (definition.format === 'int-or-string') return { oneOf: [{ type: 'string' }, { type: 'integer' }] };
  const { properties } = definition;
  if (!properties) return definition;
  const own = Object.fromEntries(Object.entries(properties).map(([field, one]) => [field, strict(one)]));
  return { ...definition, properties: own, additionalProperties: definition.additionalProperties ?? false };
}
