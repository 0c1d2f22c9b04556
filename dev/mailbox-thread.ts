/** The thread that runs MailDev. Only `mailbox.ts` starts it, which says why, and reads the messages posted here. */
import { parentPort, workerData } from 'node:worker_threads';
import { MailDev } from 'maildev';
import { keepLocal } from '../app/platform/http/loopback.ts';

export type MailboxReport =
  | { kind: 'ready'; smtpPort: number; webPort: number }
  | { kind: 'mail'; to: string; subject: string }
  | { kind: 'failure'; message: string; code?: string; port?: number };

try {
  const { smtp, api } = await new MailDev(workerData).start();
  // MailDev answers every origin (CORS) and every host name.
  if (api) keepLocal(api.server.server);
  smtp.on('new', ({ to, subject }: { to?: { address?: string }[]; subject?: string }) => {
    report({ kind: 'mail', to: to?.[0]?.address ?? 'nobody', subject: subject ?? '(no subject)' });
  });
  report({ kind: 'ready', smtpPort: smtp.getPort(), webPort: api?.getPort() ?? 0 });
} catch (error) {
  const { message, code, port } = error as NodeJS.ErrnoException & { port?: number };
  report({ kind: 'failure', message, ...(code && { code }), ...(port && { port }) });
}

function report(message: MailboxReport): void {
  parentPort?.postMessage(message);
}
