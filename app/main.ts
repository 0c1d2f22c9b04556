/** Entry: `node app/main.ts [api|worker|all]`. What it does is in `run.ts`. */
import './module-loading.ts';
import { exitOnSignals } from './early-stop.ts';

// A stop that somebody asked for is no failure.
exitOnSignals(0);
const { run } = await import('./run.ts');
await run(process.argv[2]);
