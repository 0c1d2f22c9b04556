import type { HttpServer } from './platform/http/fastify.ts';

export function documentationRoutes(_app: HttpServer): void {}
