/** Writes the Brotli form of every built file beside it, as small as it gets: each is compressed once, and answered often. */
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
for (const file of globSync(`${import.meta.dirname}/dist/**/*.{html,js,css,svg,json}`)) {
  if (statSync(file).isFile()) writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file), { params }));
}
