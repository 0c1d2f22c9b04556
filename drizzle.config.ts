import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './app/features/*/schema.ts',
    './app/platform/http/idempotency.ts',
    './app/platform/security/rate-limits.ts',
  ],
  out: './migrations',
});
