/** Entry: `npm run plinth -- <command>`. The commands are in `cli/`. */
import './module-resolution.ts';

const { runCommand } = await import('./cli/program.ts');
await runCommand();
