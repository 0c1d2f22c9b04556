/** Entry: `npm run plinth -- <command>`. The commands are in `cli/`. */
import './module-loading.ts';
import { exitOnSignals } from './early-stop.ts';

// A command that is stopped has not done its work: 128 and the number of SIGTERM, as a shell says it.
exitOnSignals(143);
const { runCommand } = await import('./cli/program.ts');
await runCommand();
