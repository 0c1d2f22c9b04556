#!/usr/bin/env node
/** The command: `stripe-sandbox --port 12111 --webhook http://localhost:3000/webhooks/stripe`. */
import { parseArgs } from 'node:util';
import { startStripeSandbox } from './sandbox.ts';

const HELP = `A stateful, offline Stripe for development and tests. No money moves.

stripe-sandbox [options]
  --port <port>             port to listen on (default 12111)
  --host <address>          address to listen on (default 127.0.0.1; use 0.0.0.0 in a container)
  --webhook <url>           send every event to this URL; may be given more than once
  --webhook-secret <secret> sign deliveries with this secret (default: generated and printed)
  --state <file>            keep the objects in this file between runs
  --seed <number>           reproduce the ids and troubles of another run with this seed
  --start-at <date>         stop the clock at this ISO date until advanced (default: the clock runs)
  --trouble <name>=<value>  probability of a trouble, e.g. duplicate=0.2; may be given more than once
  --help
`;

try {
  await run();
} catch (error) {
  process.stderr.write(`stripe-sandbox: ${(error as Error).message}\n`);
  process.exit(1);
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean' },
      host: { type: 'string' },
      port: { type: 'string', default: '12111' },
      seed: { type: 'string' },
      'start-at': { type: 'string' },
      state: { type: 'string' },
      trouble: { type: 'string', multiple: true, default: [] },
      webhook: { type: 'string', multiple: true, default: [] },
      'webhook-secret': { type: 'string' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const secret = values['webhook-secret'];
  const startAt = values['start-at'];
  const sandbox = await startStripeSandbox({
    port: numberOf('port', values.port),
    ...(values.host && { host: values.host }),
    ...(values.seed && { seed: numberOf('seed', values.seed) }),
    ...(startAt && { startAt: Math.floor(numberOf('start-at', Date.parse(startAt)) / 1000) }),
    ...(values.state && { stateFile: values.state }),
    webhooks: values.webhook.map((url) => ({ url, ...(secret && { secret }) })),
  });
  for (const trouble of values.trouble) {
    const [name, value] = trouble.split('=') as [string, string];
    sandbox.troubles.set({ [name]: Number(value) });
  }
  process.stdout.write(`stripe-sandbox: ${sandbox.url} (no money moves)\n`);
  for (const endpoint of sandbox.world.store.all('webhook_endpoint')) {
    process.stdout.write(`  webhook: ${endpoint.url}  secret: ${endpoint.secret}\n`);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
  }
}

function numberOf(option: string, given: string | number): number {
  const number = Number(given);
  if (!Number.isInteger(number)) throw new Error(`Invalid value for --${option}: ${given}`);
  return number;
}
