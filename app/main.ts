/** Entry: `node app/main.ts [api|worker|all]`. What it does is in `run.ts`, and for several processes in `processes/run.ts`. */
import './module-loading.ts';
import { exitOnSignals } from './early-stop.ts';

// A stop that somebody asked for is no failure.
exitOnSignals(0);
const { isSupervisor } = await import('./processes/count.ts');
const role = process.argv[2];
if (isSupervisor(role)) {
  const { supervise } = await import('./processes/run.ts');
  await supervise();
} else {
  const { run } = await import('./run.ts');
  await run(role);
}
