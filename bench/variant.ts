/**
 * The api in a process of the benchmark's own, as shipped or without a part whose cost is measured: with the argument `silent`, changes emit no
 * events; with `unhinted`, nobody is told of new work.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createApi } from '../app/api.ts';
import { type CompleteConfig, readConfig } from '../app/config.ts';
import { createLogger } from '../app/platform/telemetry/logger.ts';
import { createService, startService } from '../app/wiring.ts';

const config = readConfig(process.env) as CompleteConfig;
const logger = createLogger({ level: 'silent', release: 'bench' });
const service = await createService({ config, role: 'api', logger });
if (process.argv[2] === 'silent') service.events.emit = async () => {};
if (process.argv[2] === 'unhinted') dropHints(service.db.$client);
await startService(service);
const { server } = await createApi(service);
server.listen(0, '127.0.0.1');
await once(server, 'listening');

process.on('disconnect', () => process.exit());
process.on('message', () => process.send!({ port: (server.address() as AddressInfo).port }));

function dropHints(pool: typeof service.db.$client): void {
  const query = pool.query.bind(pool) as (config: { name?: string }, values?: unknown[]) => Promise<unknown>;
  const nothing = Promise.resolve({ rows: [] });
  const without: typeof query = (config, values) => (config.name === 'hints_send' ? nothing : query(config, values));
  pool.query = without as unknown as typeof pool.query;
}
