/** The API of this version beside that of an earlier one: what a client of the earlier one relies on is still there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { startTestService, type TestService } from '../../test/service.ts';
import * as features from '../features.ts';
import { dereference, errorCodesOf, type OpenApiDocument, operationsOf, type Schema } from './openapi.ts';

const EARLIER = new URL('../../test/vectors/openapi/0.1.0.json', import.meta.url);
/** The names that each feature declared then. */
const NAMES = new URL('../../test/vectors/names/0.1.0.json', import.meta.url);

const PASSWORDS = 'longer passwords were documented and refused';
const EMPTY_NAMES = 'an empty name clears it, for clients that cannot send null';

/** The intended differences, with their reasons. */
const DELIBERATE = new Map([
  ['reportUsage needs another permission', 'usage:report, which billing:manage includes: its keys still report'],
  ['getSubscription answers 409 no longer', 'a read says that there is none: 404, with the same code'],
  ['getSubscription answers not_subscribed no longer', 'the code is documented with 404 instead of 409'],
  ['refreshSession body is object', 'the body may be left out, and null is no longer documented'],
  [
    'unsubscribeEmail body application/x-www-form-urlencoded is gone',
    'one media type per body; the form is still accepted',
  ],
  ['unsubscribeEmail body multipart/form-data is gone', 'one media type per body; the form is still accepted'],
  ...['createUser', 'createSession', 'deleteMe', 'createEmailChange', 'confirmPasswordReset'].map(
    (id) => [`${id} body /password has the maxLength 128, not 1024`, PASSWORDS] as const,
  ),
  ['updatePassword body /currentPassword has the maxLength 128, not 1024', PASSWORDS],
  ['updatePassword body /newPassword has the maxLength 128, not 1024', PASSWORDS],
  ['createUser body /name has the minLength undefined, not 1', EMPTY_NAMES],
  ['updateMe body /name has the minLength undefined, not 1', EMPTY_NAMES],
  ['createUser body /locale has the maxLength 100, not 35', 'tags with variants and extensions are longer'],
  ['updateMe body /locale has the maxLength 100, not 35', 'tags with variants and extensions are longer'],
  ['createApiKey body /scopes has the maxItems 200, not 12', 'features add permissions'],
  ['updateApiKey body /scopes has the maxItems 200, not 12', 'features add permissions'],
  [
    'listOrganizationAuditEvents answer 200 /data/items/actor/type may be scim_token',
    'directories of companies act too',
  ],
]);

const BOUNDS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minimum', 'maximum'] as const;

interface EarlierOperation {
  /** The feature that it belongs to; `platform` if to none. */
  feature: string;
  at: string;
  permission?: string;
  security: string[];
  parameters: Record<string, { in: string; required: boolean; schema: Schema }>;
  body?: { required: boolean; content: Record<string, Schema> };
  answers: Record<string, { codes?: string[]; content?: Record<string, Schema> }>;
}

describe('the OpenAPI document beside that of 0.1.0', () => {
  let service: TestService;
  let document: OpenApiDocument;
  const earlier = readEarlier();
  before(async () => {
    service = await startTestService({ jobs: false });
    ({ body: document } = await service.request('/openapi.json'));
  });
  after(() => service.close());

  it('has every operation, field and answer of it, but for what is kept as deliberate', () => {
    const found = differences(earlier, document);
    const deliberate = [...DELIBERATE.keys()].filter((difference) => difference.split(' ')[0]! in earlier);
    assert.deepEqual(found.sort(), deliberate.sort());
  });

  it('would not pass without an operation, a field, a code or a permission', () => {
    // biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose
    const broken: any = structuredClone(document);
    delete broken.paths['/v1/users/me'].get;
    delete broken.components.schemas.Session.properties.createdAt;
    broken.components.schemas.User.required = ['id'];
    broken.paths['/v1/users/me'].patch['x-permission'] = 'users:write';
    delete broken.paths['/v1/users'].post.responses['422'];
    broken.components.schemas.SessionMode.enum = ['cookie'];
    delete broken.components.schemas.CreateOrganization.properties.slug.maxLength;
    const found = differences(earlier, broken);
    for (const expected of [
      'getMe is gone',
      'listSessions answer 200 /data/items/createdAt is gone',
      'updateMe answer 200 /name is no longer required',
      'updateMe needs another permission',
      'createUser answers 422 no longer',
      'createSession body /mode no longer knows bearer',
      'createOrganization body /slug has the maxLength undefined, not 63',
    ]) {
      assert.ok(found.includes(expected), `${expected}\n${found.join('\n')}`);
    }
  });

  it('names every object and every enumeration', () => {
    const anonymous: string[] = [];
    const { components } = document as unknown as { components: { schemas: Record<string, Schema> } };
    const visit = (value: unknown, place: string, isRoot: boolean): void => {
      if (typeof value !== 'object' || value === null) return;
      const { properties, enum: words = [] } = value as Schema;
      if (!isRoot && (properties !== undefined || words.length > 1)) anonymous.push(place);
      for (const [key, member] of Object.entries(value)) if (key !== 'example') visit(member, `${place}/${key}`, false);
    };
    for (const [name, schema] of Object.entries(components.schemas)) visit(schema, name, true);
    visit(document.paths, 'paths', true);
    assert.deepEqual(anonymous, []);
  });
});

/**
 * The operations of the earlier version, without those of features that are gone, and without the words that such features had added to
 * enumerations of others: a product that removes a feature removes both.
 */
function readEarlier(): Record<string, EarlierOperation> {
  const isGone = (feature: string) => feature !== 'platform' && !(feature in features);
  const names = JSON.parse(readFileSync(NAMES, 'utf8')) as Record<string, Record<string, string[]>>;
  const gone = new Set(
    Object.entries(names).flatMap(([feature, kinds]) => (isGone(feature) ? Object.values(kinds).flat() : [])),
  );
  const operations = JSON.parse(readFileSync(EARLIER, 'utf8'), (key, value) =>
    key === 'enum' ? value.filter((word: string) => !gone.has(word)) : value,
  ) as Record<string, EarlierOperation>;
  return Object.fromEntries(Object.entries(operations).filter(([, { feature }]) => !isGone(feature)));
}

function differences(before: Record<string, EarlierOperation>, document: OpenApiDocument): string[] {
  const now = new Map(operationsOf(dereference(document)).map((operation) => [operation.operationId, operation]));
  return Object.entries(before).flatMap(([id, old]) => {
    const operation = now.get(id);
    if (!operation) return [`${id} is gone`];
    const { method, path, parameters = [], requestBody, responses, security = [] } = operation;
    const faults: string[] = [];
    if (`${method} ${path}` !== old.at) faults.push(`${id} moved`);
    if (operation['x-permission'] !== old.permission) faults.push(`${id} needs another permission`);
    const schemes = security.flatMap((option) => Object.keys(option));
    if (!old.security.every((scheme) => schemes.includes(scheme)) || (old.security.length === 0) !== isPublic(security))
      faults.push(`${id} authenticates otherwise`);
    for (const [name, { required, schema }] of Object.entries(old.parameters)) {
      const parameter = parameters.find((one) => one.name === name);
      if (!parameter) faults.push(`${id} parameter ${name} is gone`);
      else if (!required && parameter.required) faults.push(`${id} parameter ${name} became required`);
      else faults.push(...input(`${id} parameter ${name}`, schema, parameter.schema));
    }
    for (const [type, schema] of Object.entries(old.body?.content ?? {})) {
      const media = requestBody?.content[type];
      if (media?.schema) faults.push(...input(`${id} body`, schema, media.schema));
      else faults.push(`${id} body ${type} is gone`);
    }
    if (requestBody?.required && !old.body?.required) faults.push(`${id} body became required`);
    for (const [status, { codes, content = {} }] of Object.entries(old.answers)) {
      const response = responses[status];
      if (!response) faults.push(`${id} answers ${status} no longer`);
      const known = errorCodesOf(operation).find((each) => each.status === status)?.codes ?? [];
      for (const code of codes ?? []) if (!known.includes(code)) faults.push(`${id} answers ${code} no longer`);
      for (const [type, schema] of Object.entries(content)) {
        faults.push(...output(`${id} answer ${status} `, '', schema, response?.content?.[type]?.schema));
      }
    }
    return faults;
  });
}

function isPublic(security: readonly object[]): boolean {
  return security.length === 0 || security.some((option) => Object.keys(option).length === 0);
}

/** The fields that a caller sends: everything that was accepted still is. */
function input(place: string, old: Schema, now: Schema, path = ''): string[] {
  const at = `${place}${path && ` ${path}`}`;
  const fields = Object.entries(old.properties ?? {});
  return [
    ...(kindOf(old) === kindOf(now) ? [] : [`${at} is ${kindOf(now)}`]),
    ...(now.required ?? []).filter((name) => !old.required?.includes(name)).map((name) => `${at} needs ${name}`),
    ...bounds(at, nullable(old) ?? old, nullable(now) ?? now),
    ...(old.enum ?? []).filter((word) => !now.enum?.includes(word)).map((word) => `${at} no longer knows ${word}`),
    ...fields.flatMap(([name, schema]) => {
      const member = now.properties?.[name];
      return member ? input(place, schema, member, `${path}/${name}`) : [`${at} no longer takes ${name}`];
    }),
    ...(old.items && now.items ? input(place, old.items, now.items, `${path}/items`) : []),
  ];
}

/** The limits of a value that a caller sends: a lower one refuses what was accepted, and a lost one lets everything through. */
function bounds(at: string, old: Schema, now: Schema): string[] {
  return BOUNDS.filter((bound) => old[bound] !== undefined && now[bound] !== old[bound]).map(
    (bound) => `${at} has the ${bound} ${now[bound]}, not ${old[bound]}`,
  );
}

/** The fields that a caller reads: everything that was there still is. */
function output(place: string, path: string, old: Schema, now: Schema | undefined): string[] {
  if (!now) return [`${place}${path} is gone`];
  const inner = nullable(old);
  if (inner) return output(place, path, inner, nullable(now));
  return [
    ...(kindOf(old) === kindOf(now) ? [] : [`${place}${path} is ${kindOf(now)}`]),
    ...(old.required ?? [])
      .filter((name) => !now.required?.includes(name) && now.properties?.[name])
      .map((name) => `${place}${path}/${name} is no longer required`),
    ...(now.enum ?? [])
      .filter((word) => old.enum && !old.enum.includes(word))
      .map((word) => `${place}${path} may be ${word}`),
    ...Object.entries(old.properties ?? {}).flatMap(([name, schema]) =>
      output(place, `${path}/${name}`, schema, now.properties?.[name]),
    ),
    ...(old.items ? output(place, `${path}/items`, old.items, now.items) : []),
  ];
}

function nullable({ anyOf }: Schema): Schema | undefined {
  const [inner, nothing] = anyOf ?? [];
  return nothing?.type === 'null' ? inner : undefined;
}

/** The type; an enumeration is of its words' type, and constants side by side are an enumeration. */
function kindOf(schema: Schema): string {
  const inner = nullable(schema);
  if (inner) return `${kindOf(inner)} or null`;
  if (schema.enum || schema.anyOf?.every((each) => each.enum)) return 'string';
  return String(schema.type);
}
