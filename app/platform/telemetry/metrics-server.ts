/** Serves `/metrics`, and `/livez` for workers, on a separate port that is never published: metrics are for operators. */
import { createServer, type Server } from 'node:http';
import type { Registry } from '@prometheus-io/client';
import { acceptsOpenMetrics, openMetricsOf } from './openmetrics.ts';

/**
 * @param read gives the metrics of the moment
 * @returns a server that is not listening yet
 */
export function createMetricsServer(
  read: () => Registry | Promise<Registry>,
  onError: (error: unknown) => void,
): Server {
  return createServer(async ({ url, method, headers }, response) => {
    if (url === '/livez') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
      return;
    }
    if (url?.split('?', 1)[0] !== '/metrics' || (method !== 'GET' && method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    try {
      const metrics = await read();
      const registry = acceptsOpenMetrics(headers.accept) ? openMetricsOf(metrics) : metrics;
      const body = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType, vary: 'accept' }).end(body);
    } catch (error) {
      onError(error);
      response.writeHead(500).end();
    }
  });
}
