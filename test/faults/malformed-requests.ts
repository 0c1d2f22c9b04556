/** Requests with one fault each: fast-check arbitraries, derived from an operation's description. */
import fc from 'fast-check';
import { type MethodsByPath, type Operation, typesOf } from './operations.ts';

export interface MalformedRequest {
  /** The fault, in words. */
  fault: string;
  method: string;
  target: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const UNSTORABLE = ['\0', '\ud800', '\udc00', 'a\0b', 'x\udfff'];
const JSON_TYPE = { 'content-type': 'application/json' };

/** Every kind of faulty request to `operation` that its description allows. */
export function malformed(operation: Operation, methods: MethodsByPath): fc.Arbitrary<MalformedRequest> {
  const faults = [unstorableQuery(operation), wrongMethod(operation, methods)];
  if (operation.body) faults.push(...bodyFaults(operation, operation.body));
  if (operation.pathParameters.length > 0) faults.push(badPath(operation));
  if (operation.queryParameters.length > 0) faults.push(badQuery(operation, operation.queryParameters));
  return fc.oneof(...faults);
}

type BodyOf = NonNullable<Operation['body']>;

function bodyFaults(operation: Operation, { schema, example }: BodyOf): fc.Arbitrary<MalformedRequest>[] {
  const text = JSON.stringify(example);
  const known = Object.keys(schema.properties ?? {});
  const required = schema.required ?? [];
  const types = typesOf(schema);
  const field = fc.constantFrom(...(known.length > 0 ? known : ['x']));
  const send = (fault: string, body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
    request(operation, fault, { body, headers });
  /** The example with the value of one field replaced by raw JSON text. */
  const replaced = (name: string, raw: string) =>
    `{${[...Object.entries(example).filter(([key]) => key !== name), [name, undefined] as const]
      .map(([key, value]) => `${JSON.stringify(key)}:${key === name ? raw : JSON.stringify(value)}`)
      .join(',')}}`;

  const faults = [
    fc
      .oneof(
        fc.integer({ min: 1, max: text.length - 1 }).map((length) => text.slice(0, length)),
        fc.string().filter((garbage) => !parses(garbage)),
        fc.constantFrom('{"a":1,}', "{'a':1}", '{"a":01}', '[1,2', '{}{}', '\u{feff}\u{feff}{}', 'NaN', '{"a":+1}', ''),
      )
      .map((body) => send('malformed JSON', body)),
    fc
      .jsonValue()
      .filter((value) => !types.has(typeOf(value)) && typeOf(value) !== 'object')
      .map((value) => send('not an object', JSON.stringify(value))),
    fc
      .tuple(
        fc.oneof(
          fc.string({ minLength: 1 }),
          fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'isAdmin', 'id', ''),
        ),
        fc.constantFrom('1', '{}', '{"isAdmin":true}', '{"prototype":{"a":1}}', 'null', '[[]]'),
      )
      .filter(([key]) => !known.includes(key))
      .map(([key, raw]) =>
        send('unknown field', `${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(key)}:${raw}}`),
      ),
    fc
      .tuple(field, fc.constantFrom(...UNSTORABLE))
      .map(([name, value]) => send('unstorable text', replaced(name, JSON.stringify(`ab${value}@example.com`)))),
    fc
      .constantFrom(...UNSTORABLE)
      .map((key) => send('unstorable key', `${text.slice(0, -1)},${JSON.stringify(`k${key}`)}:1}`.replace('{,', '{'))),
    fc
      .tuple(field, fc.integer({ min: 17, max: 5_000 }), fc.constantFrom('[', '{"a":'))
      .map(([name, depth, open]) =>
        send('deep nesting', replaced(name, `${open.repeat(depth)}1${(open === '[' ? ']' : '}').repeat(depth)}`)),
      ),
    fc
      .tuple(field, fc.integer({ min: 1, max: 1_000 }))
      .map(([name, more]) => send('too large', replaced(name, JSON.stringify('x'.repeat(BODY_LIMIT_BYTES + more))))),
    fc
      .constantFrom(
        'text/plain',
        'text/json',
        'application/xml',
        'application/jsonp',
        'image/png',
        'json',
        ';',
        'a/b/c',
        '*/*',
      )
      .map((type) => send('wrong media type', text, { 'content-type': type })),
    fc.constant(send('no content type', text, {})),
    fc.tuple(field, fc.constantFrom('eda080', 'c080', 'ff', 'f8888080', 'c3')).map(([name, hex]) => {
      const [before, after] = replaced(name, '"ab\u0001@example.com"').split('\u0001');
      return send('not UTF-8', Buffer.concat([Buffer.from(before!), Buffer.from(hex, 'hex'), Buffer.from(after!)]));
    }),
  ];
  const typed = known.filter((name) => typesOf(schema.properties![name]!).size < 6);
  if (typed.length > 0) {
    faults.push(
      fc
        .tuple(fc.constantFrom(...typed), fc.jsonValue({ maxDepth: 2 }))
        .filter(([name, value]) => !typesOf(schema.properties![name]!).has(typeOf(value)))
        .filter(([name, value]) => !(Number.isInteger(value) && hasNumbers(typesOf(schema.properties![name]!))))
        .map(([name, value]) => send('wrong type', replaced(name, JSON.stringify(value)))),
    );
  }
  const textual = known.filter((name) => !hasNumbers(typesOf(schema.properties![name]!)));
  if (textual.length > 0) {
    faults.push(
      fc
        .tuple(fc.constantFrom(...textual), fc.constantFrom('1e400', '-1e400', '9'.repeat(400), '1e-400', '-0'))
        .map(([name, raw]) => send('huge number', replaced(name, raw))),
    );
  }
  if (required.length > 0) {
    faults.push(
      fc.constantFrom(...required).map((name) => {
        const { [name]: _missing, ...rest } = example;
        return send('missing field', JSON.stringify(rest));
      }),
    );
  }
  return faults;
}

function unstorableQuery(operation: Operation): fc.Arbitrary<MalformedRequest> {
  return fc
    .constantFrom('?%00', '?a=%00', '?a%00=1', '?limit=1%00', '?a=1&a=%00')
    .map((query) => request(operation, 'U+0000 in the query', { query }));
}

function wrongMethod(operation: Operation, methods: MethodsByPath): fc.Arbitrary<MalformedRequest> {
  const declared = methods.get(operation.path)!;
  const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'OPTIONS'].filter((name) => !declared.has(name));
  return fc.constantFrom(...others).map((method) => ({ ...request(operation, 'wrong method'), method }));
}

function badPath(operation: Operation): fc.Arbitrary<MalformedRequest> {
  const value = fc.oneof(
    fc.constantFrom(
      '%',
      '%zz',
      '%E0%A4%A',
      '%ED%A0%80',
      '%00',
      'a%00b',
      '..%2f',
      '%2e%2e',
      '%F0%9F%98%80',
      "'",
      '0',
      '-1',
      'null',
    ),
    fc.constantFrom('x'.repeat(201), 'x'.repeat(5_000), '%41'.repeat(100)),
    fc
      .string({ minLength: 1, maxLength: 60 })
      .map((text) => encodeURIComponent(text.toWellFormed()))
      .filter((text) => !/^\.{1,2}$/.test(text)),
  );
  return fc
    .tuple(fc.constantFrom(...operation.pathParameters), value)
    .map(([{ name }, bad]) => ({ ...request(operation, 'bad path', { parameters: { [name]: bad } }) }));
}

function badQuery(operation: Operation, parameters: Operation['queryParameters']): fc.Arbitrary<MalformedRequest> {
  const names = parameters.map(({ name }) => name);
  const pairs = fc.oneof(
    fc.constantFrom('unknown=1', '__proto__=1', 'constructor[prototype]=1', 'LIMIT=1', '=', '%zz=%zz'),
    fc.constantFrom(...names).map((name) => `${name}=1&${name}=2`),
    fc.constantFrom(...names).map((name) => `${name}[]=1`),
    fc.constantFrom(...names).map((name) => `${name}=${'9'.repeat(1_200)}`),
    ...(names.includes('limit')
      ? [
          fc
            .oneof(
              fc.constantFrom('0', '-1', '101', '1.5', '1e400', 'NaN', 'ten', '', '%F0', '1;2'),
              fc.integer({ min: 101 }).map(String),
            )
            .map((limit) => `limit=${limit}`),
        ]
      : []),
    ...(names.includes('cursor')
      ? [
          fc.string().map((cursor) => `cursor=${encodeURIComponent(cursor.toWellFormed())}`),
          fc.base64String().map((cursor) => `cursor=${encodeURIComponent(cursor)}`),
        ]
      : []),
  );
  return pairs.map((query) => request(operation, 'bad query', { query: `?${query}` }));
}

interface Parts {
  headers?: Record<string, string>;
  body?: string | Buffer;
  query?: string;
  parameters?: Record<string, string>;
}

/** A correct request to the operation, except for the given parts. */
function request(operation: Operation, fault: string, { headers = {}, body, query = '', parameters = {} }: Parts = {}) {
  const path = operation.path.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const { schema, example } = operation.pathParameters.find((parameter) => parameter.name === name)!;
    return parameters[name] ?? encodeURIComponent(String(example ?? (schema.format === 'uuid' ? SOME_ID : 'some')));
  });
  return { fault, method: operation.method, target: `${path}${query}`, headers, ...(body !== undefined && { body }) };
}

const SOME_ID = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f';

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function hasNumbers(types: Set<string>): boolean {
  return types.has('number') || types.has('integer');
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
