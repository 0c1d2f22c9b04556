/** `packages/client/generated/`: the types and operations of the client, from the OpenAPI document of this code. */
import type { OpenApiDocument } from '../app/documentation/openapi.ts';
import { renderOperations } from './client/operations.ts';
import { renderTypes } from './client/types.ts';
import { runGenerator } from './source/generated.ts';

const FOLDER = 'packages/client/generated';

await runGenerator(import.meta.url, async () => {
  const { createApi } = await import('../app/api.ts');
  const { createUnconnectedService } = await import('./source/unconnected.ts');
  const app = await createApi(await createUnconnectedService());
  const { body } = await app.inject('/openapi.json');
  const document = JSON.parse(body) as OpenApiDocument;
  return {
    files: new Map([
      [`${FOLDER}/types.ts`, renderTypes(document)],
      [`${FOLDER}/operations.ts`, renderOperations(document)],
    ]),
    existing: [],
  };
});
// The service holds timers, although it never started.
process.exit();
