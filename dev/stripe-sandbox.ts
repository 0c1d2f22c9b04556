/** The Stripe of development: `packages/stripe-sandbox`, kept beside the database, with our webhook told to it. */
import { startStripeSandbox } from 'stripe-sandbox';

export interface SandboxOptions {
  port: number;
  /** Where the sandbox tells of events. */
  webhook: { url: string; secret: string; enabledEvents: string[] };
  stateFile: string;
}

/** @throws Error naming the setting when the port is taken */
export async function startSandbox({ port, webhook, stateFile }: SandboxOptions): Promise<{ close(): Promise<void> }> {
  try {
    return await startStripeSandbox({ port, stateFile, webhooks: [webhook] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const other = `STRIPE_SANDBOX_PORT=${port + 1}`;
    throw new Error(
      `Port ${port} is taken by another process. Choose another with STRIPE_SANDBOX_PORT, e.g. ${other}.`,
    );
  }
}
