/** `doctor` examines the mail server, and the emails that failed. */
import type { FeatureChecks } from '../../platform/cli/checks.ts';
import type { EmailOperations } from './operations.ts';

export const checks: FeatureChecks<{ email: EmailOperations }> = {
  providers: [
    async ({ email }) => {
      const reason = await email.probe();
      const advice = 'mail waits meanwhile; check SMTP_URL, the server and the network';
      return { check: 'mail server', ok: !reason, detail: reason ? `${reason}; ${advice}` : 'takes connections' };
    },
    async ({ email }) => {
      const failed = await email.list({ status: 'failed', limit: 100 });
      const ok = failed.length === 0;
      const number = failed.length === 100 ? '100 or more' : failed.length;
      return {
        check: 'mail',
        ok,
        detail: ok ? 'none failed' : `${number} failed; look at: node app/cli.ts email list --status failed`,
      };
    },
  ],
};
