import type { HttpServer } from './platform/http/server.ts';

export function documentationRoutes(_app: HttpServer): void {}
