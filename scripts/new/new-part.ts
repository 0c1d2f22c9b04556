/** Adds an operation, an email, a job or an event to a feature that `npm run new -- feature` wrote. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addImport, edit, has, insertAfter } from './edits.ts';
import { NameError, type Names, namesOf, spellingsOf } from './names.ts';
import { fillTemplate, fillTemplates } from './templates.ts';
import { format, inCleanTree, run, write } from './tree.ts';

const KINDS = { operation: addOperation, email: addEmail, job: addJob, 'webhook-event': addEvent };
export type Kind = keyof typeof KINDS;
export const isKind = (what: string): what is Kind => Object.hasOwn(KINDS, what);

interface Part extends Names, ReturnType<typeof spellingsOf> {
  folder: string;
  /** The public surface of the feature. */
  surface: string;
  NameWords: string;
  pastSnake: string;
}

/** @throws NameError if there is no such feature, or it has the part already; nothing of it stays then */
export function newPart(kind: Kind, feature: string, name: string, past: string | undefined): void {
  const part = partOf(feature, name, past);
  inCleanTree(`${kind} ${feature} ${name}`, () => {
    const written = fillTemplates(kind, { values: { ...part }, parts: new Set() });
    const own = new Map([...written].filter(([file]) => file.startsWith(`${name}-`)));
    for (const file of own.keys())
      if (existsSync(join(part.folder, file)))
        throw new NameError(`${part.folder}/${file} exists already: choose another name`);
    write(part.folder, own);
    KINDS[kind](part);
    format(part.folder);
    run('generated files', process.execPath, ['scripts/generate.ts']);
  });
  process.stdout.write(
    `\nIt is in ${part.folder}. Look at it with git diff, and make it yours:\n  npm test -- '${part.folder}/*.test.ts'\n  npm run check\n\n`,
  );
}

function partOf(feature: string, name: string, past: string | undefined): Part {
  const folder = join('app/product', feature);
  const surface = join(folder, `${feature}.ts`);
  const spelled = spellingsOf(name);
  if (!existsSync(surface))
    throw new NameError(`There is no feature ${feature} in app/product: npm run new -- feature ${feature}`);
  const singular = /create(\w+)Records/.exec(readFileSync(surface, 'utf8'))?.[1];
  if (!singular)
    throw new NameError(
      `${surface} differs from what the generator writes: it creates no records. Write the part by hand.`,
    );
  const kebab = singular.replaceAll(/(?!^)[A-Z]/g, '-$&').toLowerCase();
  const { nameWords } = spelled;
  return {
    ...namesOf(feature, kebab, []),
    ...spelled,
    ...{ folder, surface },
    NameWords: nameWords.charAt(0).toUpperCase() + nameWords.slice(1),
    pastSnake: (past ?? pastOf(name)).replaceAll('-', '_'),
  };
}

/** Regular verbs only; `--past` gives the others. */
function pastOf(verb: string): string {
  if (verb.endsWith('e')) return `${verb}d`;
  return /[^aeiou]y$/.test(verb) ? verb.replace(/y$/, 'ied') : `${verb}ed`;
}

function addOperation(part: Part): void {
  const { folder, surface, name, kebab, nameCamel, Pascal, snake, pastSnake } = part;
  const route = `${nameCamel}${Pascal}Route`;
  insertAfter(join(folder, 'audit-actions.ts'), /defineAuditActions\(\n?/, `'${snake}.${pastSnake}', `);
  addImport(surface, `import { ${route} } from './${name}-${kebab}.ts';`);
  insertAfter(
    surface,
    /^ {4}routes\(operations\) \{\n/m,
    `      ${route}(operations, { authorization, db, clock, audit });\n`,
  );
}

function addEmail(part: Part): void {
  const { folder, surface, camel, kebab, word, name, nameWords, NameWords } = part;
  const emails = join(folder, 'emails.ts');
  const template = `${kebab}-${name}`;
  if (!existsSync(emails)) {
    const skeletons = ['emails', 'en', 'de'].map(
      (each) =>
        [
          each === 'emails' ? 'emails.ts' : `emails/${each}.ts`,
          fillTemplate(`email/${each}.ts.txt`, { ...part }),
        ] as const,
    );
    write(folder, new Map(skeletons));
  }
  addImport(surface, "import './emails.ts';");
  addNeed(surface, 'email');
  insertAfter(
    emails,
    /defineEmails\(\{\n/,
    `'${template}': {
    fields: { organization: words, ${camel}: words, url: link },
    parts: [paragraph('intro'), button('button'), notes('why')],
    sample: { name: 'Ada Lovelace', organization: 'Analytical Engines', ${camel}: 'Difference Engine', url: 'https://app.example.com/organization' },
  },\n`,
  );
  const texts = {
    en: [
      `{{${camel}}}: ${nameWords}`,
      'It belongs to {{organization}}.',
      NameWords,
      `The ${word} “{{${camel}}}” of {{organization}}: ${nameWords}.`,
      'Open organization',
      'Write here what the reader can do.',
      'You receive this email because you own {{organization}}.',
    ],
    de: [
      `{{${camel}}}: ${nameWords}`,
      'Es gehört zu {{organization}}.',
      NameWords,
      `„{{${camel}}}“ (${word}) von {{organization}}: ${nameWords}.`,
      'Organisation öffnen',
      'Schreiben Sie hier, was man tun kann.',
      'Sie erhalten diese E-Mail, weil Ihnen {{organization}} gehört.',
    ],
  };
  const keys = ['subject', 'preheader', 'heading', 'intro', 'button', 'why', 'reason'];
  for (const [locale, words] of Object.entries(texts)) {
    const lines = keys.map((key, index) => `${key}: '${words[index]}',`).join('\n');
    insertAfter(join(folder, `emails/${locale}.ts`), /^ {2}emails: \{\n/m, `'${template}': {\n${lines}\n},\n`);
  }
}

function addJob(part: Part): void {
  const { surface, name, nameCamel, NamePascal, Pascals } = part;
  const [handler, schedule] = [`create${NamePascal}Handler`, `${nameCamel}Schedule`];
  addImport(surface, `import { ${handler}, ${schedule} } from './${name}-job.ts';`);
  if (has(surface, 'readonly schedules:')) {
    insertAfter(surface, /^ {4}handlers: \[/m, `${handler}({ db, logger: options.logger }), `);
    insertAfter(surface, /^ {4}schedules: \[/m, `${schedule}, `);
    return;
  }
  addImport(surface, "import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';");
  addImport(surface, "import type { Logger } from '../../platform/telemetry/logger.ts';");
  insertAfter(surface, new RegExp(`^export interface ${Pascals}Options \\{\n`, 'm'), '  logger: Logger;\n');
  const parts = 'readonly handlers: readonly JobHandler[];\n  readonly schedules: readonly JobSchedule[];\n';
  insertAfter(surface, new RegExp(`^export interface ${Pascals} \\{\n`, 'm'), `  ${parts}`);
  const lists = `handlers: [${handler}({ db, logger: options.logger })],\n    schedules: [${schedule}],\n`;
  edit(surface, /^ {4}routes\(operations\) \{\n/m, (found) => `    ${lists}${found}`, lists);
}

function addEvent(part: Part): void {
  const { folder, surface, kebab, camel, Pascal, Pascals, NamePascal, snake, nameSnake, nameWords, word } = part;
  const [type, records, events] = [
    `${snake}.${nameSnake}`,
    join(folder, `${kebab}-records.ts`),
    join(folder, 'events.ts'),
  ];
  const change = new RegExp(`^( *)await record\\(tx, access, '${type}', ([^,]+), .*\n`, 'm');
  const emit = `await options.events.emit(tx, access.organizationId, '${type}', { ${camel}Id: … });`;
  edit(
    records,
    change,
    (found) => {
      const [, indent, id] = change.exec(found)!;
      return `${found + indent + emit.replace('…', id!)}\n`;
    },
    emit,
  );
  if (!existsSync(events)) writeFileSync(events, fillTemplate('webhook-event/events.ts.txt', { ...part }));
  insertAfter(
    events,
    /defineEvents\(\{\n/,
    `'${type}': {
    about: 'A ${word} was ${nameWords}.',
    data: Named('${Pascal}${NamePascal}', { ${camel}Id: Id('${Pascal}') }, { ${camel}Id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b60' }),
  },\n`,
  );
  if (has(surface, "import './events.ts';")) return;
  const needed = "import type { Events } from '../../features/events/events.ts';";
  for (const file of [surface, records]) addImport(file, needed);
  addImport(surface, "import './events.ts';");
  addNeed(surface, 'events');
  insertAfter(
    surface,
    new RegExp(`^export interface ${Pascals}Options \\{\n`, 'm'),
    "  events: Pick<Events, 'emit'>;\n",
  );
  insertAfter(
    records,
    new RegExp(`^export interface ${Pascal}RecordsOptions \\{\n`, 'm'),
    "  events: Pick<Events, 'emit'>;\n",
  );
  insertAfter(surface, new RegExp(`create${Pascal}Records\\(\\{\n`), '    events: options.events,\n');
}

function addNeed(surface: string, feature: string): void {
  if (!new RegExp(`needs: \\[[^\\]]*'${feature}'`).test(readFileSync(surface, 'utf8')))
    insertAfter(surface, /needs: \[/, `'${feature}', `);
}
