import { createClient } from '@plinth/client';
import { createActingClient, readActing } from './acting.ts';
import { withRecentProof } from './recent-proof.ts';

/** The service that serves this page, without asking for proofs: for the dialog that asks. */
export const plainClient = createClient({ mode: 'cookie', name: 'account-app' });
/** What this tab does in the name of a user, if it does; never in the console itself. */
export const acting = location.pathname.startsWith('/operator') ? undefined : readActing();
/** The service that serves this page: the refresh token stays in a cookie that no script can read. */
export const client = acting ? createActingClient(plainClient, acting) : withRecentProof(plainClient);
