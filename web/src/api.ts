import { createClient } from '@plinth/client';

/** The service that serves this page: the refresh token stays in a cookie that no script can read. */
export const client = createClient({ mode: 'cookie', name: 'account-app' });
