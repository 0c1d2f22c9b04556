/** Fails if the part of the client that every program needs is larger than promised: bundled, minified and compressed. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const KB = 1_000;
const PARTS = [
  { name: 'core', limit: 8 * KB, code: `export { createClient } from '@plinth/client'` },
  {
    name: 'React binding',
    limit: 4 * KB,
    code: `export * from '@plinth/client/react'`,
    external: ['react', '@tanstack/react-query'],
  },
];

for (const { name, limit, code, external = [] } of PARTS) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    ...{ bundle: true, minify: true, write: false, format: 'esm', target: 'es2022', external },
  });
  const size = gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
  process.stdout.write(`${name} ${size} of ${limit} bytes compressed\n`);
  if (size > limit) process.exitCode = 1;
}
