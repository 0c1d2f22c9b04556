import { createClient } from '@plinth/client';
import { withRecentProof } from './recent-proof.ts';

/** The service that serves this page, without asking for proofs: for the dialog that asks. */
export const plainClient = createClient({ mode: 'cookie', name: 'account-app' });
/** The service that serves this page: the refresh token stays in a cookie that no script can read. */
export const client = withRecentProof(plainClient);
