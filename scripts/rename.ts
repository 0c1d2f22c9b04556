/**
 * `npm run rename -- "Acme Cloud"`: gives the product its name. Emails, pages, the API document, the label of the image and Terraform read it from the two files that this
 * writes. Lists what keeps its name. A second run changes nothing. Exits with 2 if the name is refused, and then nothing is written.
 */
import { readScriptEnvironment } from './environment.ts';
import { KEPT } from './rename/kept.ts';
import { checkName, NameRefused } from './rename/name.ts';
import { writeName } from './rename/writing.ts';

const USAGE = 'Usage: npm run rename -- "Acme Cloud"';

try {
  const [given, ...others] = process.argv.slice(2);
  if (given === undefined || others.length > 0) throw new NameRefused(`${USAGE}   (one name, in quotes)`);
  const name = checkName(given);
  const changed = writeName('.', name);
  const written = changed.length === 0 ? 'Nothing to do.' : `Written: ${changed.join(', ')}.`;
  const kept = KEPT.map(({ what, file, why }) => `  ${what} (${file}): ${why}`);
  const { PRODUCT_NAME: set } = readScriptEnvironment();
  const overridden =
    set === undefined || set === name ? '' : `\nPRODUCT_NAME is set to "${set}", and comes before it.\n`;
  process.stdout.write(
    `\nThe name is ${name}. ${written}\n\nThese keep their names:\n${kept.join('\n')}\n${overridden}\n`,
  );
} catch (error) {
  if (!(error instanceof NameRefused)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
