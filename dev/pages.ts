import type { CompleteConfig } from '../app/wiring.ts';
import type { HttpServer } from '../app/platform/http/server.ts';

export function createDevelopmentPages(_config: CompleteConfig) {
  return { async routes(_app: HttpServer): Promise<void> {} };
}
