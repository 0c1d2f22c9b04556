/**
 * `npm run test:stripe-mock`: sends malformed requests over every operation and parameter that the sandbox accepts to stripe-mock and to the
 * sandbox. What stripe-mock refuses, the sandbox must refuse, naming the parameter; and no object of the sandbox may lack a field that stripe-mock's
 * has. REQUESTS says how many requests are sent (default 10,000), SEED repeats a run. It needs Go, and ends without a comparison where Go is missing.
 */

import type { Route } from '../protocol/routes.ts';
import { ROUTES } from '../resources/all.ts';
import { startStripeSandbox } from '../sandbox.ts';
import { oneOfEach } from '../testing/one-of-each.ts';
import { seededRandom } from '../world/random.ts';
import { fieldsOf, lackingFields } from './fields.ts';
import { install, start, VERSION } from './mock.ts';
import { isWithin, malformed, neededPairs, type Pair, pathOf } from './requests.ts';

const REQUESTS = Number(process.env.REQUESTS ?? 10_000);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const SHOWN = 40;

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: any object of the API
  body: any;
}

async function ask(base: string, method: string, path: string, pairs: Pair[]): Promise<Answer> {
  const form = new URLSearchParams(pairs).toString();
  const inQuery = method === 'GET' && form !== '';
  const response = await fetch(`${base}${path}${inQuery ? `?${form}` : ''}`, {
    method,
    headers: { authorization: 'Bearer sk_test_compare', 'content-type': 'application/x-www-form-urlencoded' },
    ...(method === 'GET' ? {} : { body: form }),
  });
  return { status: response.status, body: await response.json() };
}

/** Operations that stripe-mock has too: with what they need, it accepts them. */
async function commonRoutes(mock: string): Promise<{ routes: Route[]; answers: Answer[]; unknown: string[] }> {
  const common = { routes: [] as Route[], answers: [] as Answer[], unknown: [] as string[] };
  for (const route of ROUTES) {
    const answer = await ask(mock, route.method, pathOf(route), neededPairs(route.shape));
    if (answer.status === 200) {
      common.routes.push(route);
      common.answers.push(answer);
    } else common.unknown.push(`${route.method} ${pathOf(route)}: ${answer.body.error?.message}`);
  }
  return common;
}

async function compareRefusals(mock: string, sandbox: string, routes: Route[]): Promise<string[]> {
  const random = seededRandom(SEED);
  const counts = { both: 0, 'the sandbox alone': 0, neither: 0 };
  const looser = new Map<string, number>();
  for (let sent = 0; sent < REQUESTS; sent++) {
    const { method, path, pairs, wrong, param } = malformed(routes, random);
    const [theirs, ours] = await Promise.all([ask(mock, method, path, pairs), ask(sandbox, method, path, pairs)]);
    const named = String(ours.body.error?.param ?? '');
    const refuses = ours.status === 400 && (isWithin(named, param) || isWithin(param, named));
    if (theirs.status < 400) counts[refuses ? 'the sandbox alone' : 'neither']++;
    else if (refuses) counts.both++;
    else {
      const said = `${method} ${path}: ${param} is ${wrong}; the sandbox answers ${ours.status} ${named} ${ours.body.error?.message ?? ''}`;
      looser.set(said, (looser.get(said) ?? 0) + 1);
    }
  }
  console.log(
    `  refused by both: ${counts.both}; by the sandbox alone: ${counts['the sandbox alone']}; by neither: ${counts.neither}`,
  );
  return [...looser.keys()];
}

const refused = install();
if (refused) {
  console.log(`Not compared with stripe-mock: ${refused}`);
} else {
  const mock = await start();
  const sandbox = await startStripeSandbox({ seed: 1, startAt: 1_800_000_000 });
  try {
    console.log(`stripe-mock ${VERSION}, ${REQUESTS} malformed requests, seed ${SEED}`);
    const { routes, answers, unknown } = await commonRoutes(mock.url);
    console.log(`  operations: ${ROUTES.length} of the sandbox, ${routes.length} of which stripe-mock has`);
    for (const one of unknown) console.log(`  not compared: ${one}`);
    const looser = await compareRefusals(mock.url, sandbox.url, routes);
    const lacking = lackingFields(
      fieldsOf(answers.map(({ body }) => body)),
      fieldsOf(Object.values(await oneOfEach(sandbox))),
    );
    report('stripe-mock refuses, and the sandbox does not', looser);
    report('stripe-mock has, and the sandbox does not', lacking);
    process.exitCode = looser.length + lacking.length === 0 ? 0 : 1;
  } finally {
    await sandbox.close();
    await mock.stop();
  }
}

function report(what: string, found: string[]): void {
  console.log(`  ${what}: ${found.length}`);
  for (const one of found.slice(0, SHOWN)) console.log(`    ${one}`);
}
