/** Fails if a file is longer than a person can read in one go. Tests, tables and generated files are excluded. */
import { globSync, readFileSync } from 'node:fs';

const LIMIT = 400;
const SOURCES = '{app,bench,dev,emails,packages,scripts,test}/**/*.{ts,tsx,cjs,mjs}';

const long = globSync(SOURCES)
  .filter((file) => !/node_modules|\/generated\//.test(file))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > LIMIT);
for (const { file, lines } of long) process.stderr.write(`${file} has ${lines} lines; the limit is ${LIMIT}\n`);
process.exitCode = long.length === 0 ? 0 : 1;
