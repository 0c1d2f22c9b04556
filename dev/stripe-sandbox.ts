/** The Stripe of development: `packages/stripe-sandbox`. Its state is stored beside the database, and it sends its events to our webhook. */
import { startStripeSandbox } from 'stripe-sandbox';

export interface SandboxOptions {
  port: number;
  /** The endpoint that receives the sandbox's events. */
  webhook: { url: string; secret: string; enabledEvents: string[] };
  stateFile: string;
}

/** @throws Error that names the setting if the port is in use */
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
