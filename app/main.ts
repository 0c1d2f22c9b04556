/** Entry: `node app/main.ts [api|worker|all]`. What it does is in `run.ts`. */
import './module-loading.ts';

const { run } = await import('./run.ts');
await run(process.argv[2]);
