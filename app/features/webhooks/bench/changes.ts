/**
 * The api in a process of the benchmark's own: as shipped or, with `silent` as its argument, one whose changes emit no events. What an event
 * costs the change that causes it is the difference.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createApi } from '../../../api.ts';
import { type CompleteConfig, readConfig } from '../../../config.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createService, startService } from '../../../wiring.ts';

const config = readConfig(process.env) as CompleteConfig;
const logger = createLogger({ level: 'silent', release: 'bench' });
const service = await createService({ config, role: 'api', logger });
if (process.argv[2] === 'silent') service.events.emit = async () => {};
await startService(service);
const { server } = await createApi(service);
server.listen(0, '127.0.0.1');
await once(server, 'listening');

process.on('disconnect', () => process.exit());
process.on('message', () => process.send!({ port: (server.address() as AddressInfo).port }));
