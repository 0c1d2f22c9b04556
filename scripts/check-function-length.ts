/** Fails if too many functions of the service are too long to understand at once. `source/functions.ts` defines a function's own lines. */
import { isTest, readSource, typescriptFiles } from './source/files.ts';
import { functionsOf } from './source/functions.ts';
import { isOfService } from './source/rules.ts';

/** The length in own lines above which a function is long. A few long functions are allowed. */
const LONG = 40;
/** The number of long functions in `app/` today. Only ever lower it; the target is 8. */
const ALLOWED = 8;

const long = typescriptFiles('.', 'app/**/*.ts')
  .filter((file) => isOfService(file) && !isTest(file))
  .flatMap((file) => functionsOf(readSource('.', file)).map((measured) => ({ file, ...measured })))
  .filter(({ ownLines }) => ownLines > LONG)
  .sort((one, other) => other.ownLines - one.ownLines);
for (const { file, line, name, ownLines } of long)
  process.stderr.write(`${ownLines} lines: ${name} (${file}:${line})\n`);
process.stdout.write(`functions above ${LONG} own lines in app/: ${long.length}, at most ${ALLOWED}\n`);
process.exitCode = long.length <= ALLOWED ? 0 : 1;
