/** Declares every operation as the service's start does, which refuses contradictions, and prints their number. It connects to nothing. */
import { createApi } from '../app/api.ts';
import { createUnconnectedService } from './source/unconnected.ts';

try {
  const service = await createUnconnectedService();
  const app = await createApi(service);
  const { body } = await app.inject('/openapi.json');
  const { paths } = JSON.parse(body) as { paths: Record<string, object> };
  const count = Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
  process.stdout.write(`${count} operations: guard, permission and errors of each are derived\n`);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
