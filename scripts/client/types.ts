/** `types.ts` of the client: every named schema, and what problems may carry. */
import type { OpenApiDocument } from '../../app/documentation/openapi.ts';
import { comment, isProblem, members, namedSchemas, type Schema, typeOf } from './schemas.ts';

export const HEADER = '// Generated from the OpenAPI document: npm run generate. Not edited by hand.\n';

export function renderTypes(document: OpenApiDocument): string {
  const schemas = namedSchemas(document);
  const problems = Object.entries(schemas).filter(([name, schema]) => isProblem(name, schema));
  const internal = new Set(problems.flatMap(([name]) => [name, `${name}Code`]));
  const shown = Object.entries(schemas).filter(([name]) => !internal.has(name));
  return [HEADER, ...shown.map(([name, schema]) => declaration(name, schema)), extensions(problems)].join('\n');
}

function declaration(name: string, schema: Schema): string {
  const about = comment(schema.description);
  if (schema.properties) return `${about}export interface ${name} {\n${members(schema, (each) => typeOf(each))}}\n`;
  return `${about}export type ${name} = ${typeOf(schema)};\n`;
}

/** The members of every problem; none of them is an extension. */
const STANDARD = new Set(['type', 'title', 'status', 'detail', 'code', 'requestId']);

function extensions(problems: readonly (readonly [string, Schema])[]): string {
  const all = new Map<string, Schema>();
  for (const [, { properties = {} }] of problems) {
    for (const [name, schema] of Object.entries(properties)) if (!STANDARD.has(name)) all.set(name, schema);
  }
  const optional = members({ properties: Object.fromEntries(all) }, (each) => typeOf(each));
  return `/** What a problem may carry beside its code. */\nexport interface ProblemExtensions {\n${optional}}\n`;
}
