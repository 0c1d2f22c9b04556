/** Entry: `npm run plinth -- <command>`. The commands are in `cli/`. */
import './module-loading.ts';

const { runCommand } = await import('./cli/program.ts');
await runCommand();
