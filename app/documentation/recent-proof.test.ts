/** What the document says of a recent proof is so: each operation of an organization that names the refusal gives it to an owner who proved long ago. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../test/conditions.ts';
import { entitle } from '../../test/entitled.ts';
import { resourcesOf } from '../../test/resources.ts';
import { type Answer, createSignedInUser, startTestService, type TestService } from '../../test/service.ts';
import { dereference, type OpenApiDocument, operationsOf, type PlacedOperation } from './openapi.ts';

const CODE = 'recent_sign_in_required';
/** Operations that need it of some requests alone, with the reason. */
const SOMETIMES: Readonly<Record<string, string>> = {
  deleteMember: 'for an owner',
  updateMember: 'for the role of an owner',
  createInvitation: 'for the role of an owner',
  createOwnershipTransfer: 'a member who is there: step-up.test.ts',
  rotateApiKey: 'a key that is there: step-up.test.ts',
};

describe('an operation that needs a recent proof', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const needs = ({ responses }: PlacedOperation) => Boolean(responses['403']?.description.includes(`\`${CODE}\``));

  it('is refused to an owner whose proof is an hour old, wherever the document says so', async () => {
    const { accessToken: token, id } = await createSignedInUser(test);
    const { body: founded } = await test.request('/v1/organizations', { token, body: { name: 'Engines' } });
    if (!founded.id) return; // A product without organizations has none of these operations.
    await entitle(test, founded.id);
    const known: Record<string, string> = { ...(await resourcesOf(test, founded.id)), organizationId: founded.id };
    await rows(test, `update sessions set auth_time = auth_time - interval '1 hour' where user_id = $1`, id);
    const { body: document } = await test.request('/openapi.json');
    const named = operationsOf(dereference(document as OpenApiDocument)).filter(
      (operation) => operation.path.includes('{organizationId}') && needs(operation),
    );
    const certain = named.filter(({ operationId }) => !(operationId in SOMETIMES));
    assert.ok(certain.length > 0);
    const wrong: string[] = [];
    for (const { operationId, method, path, requestBody } of certain) {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => known[name] ?? assert.fail(`no ${name}`));
      const body = Object.values(requestBody?.content ?? {})[0]?.example;
      const answer: Answer = await test.request(filled, { method, token, ...(body !== undefined && { body }) });
      if (answer.body?.code !== CODE) wrong.push(`${operationId}: ${answer.status} ${answer.body?.code ?? ''}`);
    }
    assert.deepEqual(wrong, []);
  });
});
