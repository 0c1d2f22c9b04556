/** `/llms.txt` (llmstxt.org): the API in short, for programs that read text. */
import { type OpenApiDocument, operationsOf } from './openapi.ts';

/** Every operation, by its tag, with its method, path and summary. */
export function renderLlmsText(document: OpenApiDocument): string {
  const byTag = Object.groupBy(operationsOf(document), ({ tags }) => tags[0] ?? 'Other');
  const sections = Object.entries(byTag).map(([tag, operations = []]) => {
    const lines = operations.map(({ method, path, summary }) => `- ${method.toUpperCase()} ${path}: ${summary}`);
    return `## ${tag}\n\n${lines.join('\n')}\n`;
  });
  return `# ${document.info.title}

> ${document.info.description ?? ''}

- [OpenAPI document](/openapi.json): every operation, with schemas and examples
- [API reference](/docs): the same for people
- [Errors](/docs/errors): every problem code, why it happens and what to do

Sign in with \`POST /v1/sessions\`, and send the access token as \`Authorization: Bearer …\`. Programs use an API key of an organization instead. Lists have \`limit\` and \`cursor\`. A
\`POST\` that creates something takes an \`Idempotency-Key\`.

${sections.join('\n')}`;
}
