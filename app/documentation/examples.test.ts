/** The examples of the document, sent as they stand: a reader who copies one succeeds. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Answer, startTestService, type TestService } from '../../test/service.ts';
import { dereference, type OpenApiDocument, operationsOf, type PlacedOperation } from './openapi.ts';

/** Examples that have to name what a new owner does not have, and the code of their answer. */
const ABSENT = new Map(
  Object.entries({
    // Tokens come by email, or with a sign-in.
    confirmEmailVerification: 'invalid_token',
    confirmPasswordReset: 'invalid_token',
    revertEmailChange: 'invalid_token',
    restoreMe: 'invalid_token',
    acceptInvitation: 'invalid_token',
    lookUpInvitation: 'invalid_token',
    registerByInvitation: 'invalid_token',
    acceptMyInvitation: 'not_found',
    declineInvitation: 'not_found',
    resendInvitation: 'not_found',
    unsubscribeEmail: 'invalid_unsubscribe_token',
    refreshSession: 'unauthenticated',
    createSessionBySecondFactor: 'invalid_challenge',
    createSessionByPasskey: 'invalid_challenge',
    createPasskey: 'invalid_challenge',
    confirmTotp: 'second_factor_incorrect',
    finishProviderSignIn: 'not_found',
    finishProviderSignInByForm: 'not_found',
    // An authenticator app, a passkey, a device, or a setting.
    deleteTotp: 'not_found',
    updatePasskey: 'not_found',
    deletePasskey: 'not_found',
    deleteDevice: 'not_found',
    getRelatedOrigins: 'not_found',
    // A member, key, session or invitation with the id of the example.
    deleteSession: 'not_found',
    updateMember: 'not_found',
    deleteMember: 'not_found',
    createOwnershipTransfer: 'not_found',
    deleteInvitation: 'not_found',
    updateApiKey: 'not_found',
    deleteApiKey: 'not_found',
    rotateApiKey: 'not_found',
    takeOverApiKey: 'not_found',
    getMemberConsequences: 'not_found',
    // An organization that was deleted.
    restoreOrganization: 'not_found',
    // A signature over the body, by the provider.
    receiveEmailWebhook: 'not_found',
  }),
);

/** A feature's `testing/examples.ts`. */
interface FeatureExamples {
  /** Its examples that have to name what a new owner does not have, and the code of their answer. */
  absent: Readonly<Record<string, string>>;
  /** Starts the service with the feature's provider beside it, if it has one. */
  start?(env: Record<string, string>): Promise<TestService>;
}

const ofFeatures: FeatureExamples[] = await Promise.all(
  globSync('app/{features,product}/*/testing/examples.ts').map((file) => import(pathToFileURL(file).href)),
);
for (const { absent } of ofFeatures) for (const [id, code] of Object.entries(absent)) ABSENT.set(id, code);
const PRODUCT = 'https://product.example.org';

/** They delete what the other examples need, so they are sent after them. */
const LAST = ['deleteOrganization', 'requestDeletion', 'deleteMe'];
/** The caller signs in again after these. */
const END_THE_SESSION = ['deleteCurrentSession', 'updatePassword', 'requestDeletion'];

describe('the examples of the OpenAPI document', () => {
  let test: TestService;
  let operations: PlacedOperation[];
  before(async () => {
    const start =
      ofFeatures.find((feature) => feature.start)?.start ??
      ((env: Record<string, string>) => startTestService({ env }));
    test = await start({ APP_URL: PRODUCT });
    const { body } = await test.request('/openapi.json');
    operations = operationsOf(dereference(body as OpenApiDocument));
  });
  after(() => test.close());

  const find = (id: string) => operations.find(({ operationId }) => operationId === id)!;

  async function send(id: string, organizationId?: string, token?: string): Promise<Answer> {
    const { method, path, parameters = [], requestBody } = find(id);
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const { example = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f' } = parameters.find((each) => each.name === name)!;
      return name === 'organizationId' ? organizationId! : String(example);
    });
    const query = parameters
      .filter((parameter) => parameter.in === 'query' && parameter.required)
      .map(({ name, example }) => `${name}=${example}`)
      .join('&');
    const body = Object.values(requestBody?.content ?? {})[0]?.example;
    return test.request(`${filled}?${query}`, { method, ...(body !== undefined && { body }), ...(token && { token }) });
  }

  const isOffered = (id: string) => operations.some(({ operationId }) => operationId === id);

  async function foundOrganization(token: string): Promise<string> {
    const { status, body } = await send('createOrganization', undefined, token);
    assert.equal(status, 201, JSON.stringify(body));
    return body.id;
  }

  async function signIn(): Promise<string> {
    const { status, body } = await send('createSession');
    assert.equal(status, 201, JSON.stringify(body));
    return body.accessToken;
  }

  it('succeed for the person and the organization that they create, where they name nothing else', async () => {
    assert.equal((await send('createUser')).status, 202);
    const { token } = await test.mail('ada@example.com', /confirm/i);
    await test.request('/v1/email-verifications/confirm', { body: { token } });
    let accessToken = await signIn();
    const organizationId = isOffered('createOrganization') ? await foundOrganization(accessToken) : undefined;

    const sent = ['createUser', 'createSession', 'createOrganization'];
    const others = operations.map(({ operationId }) => operationId).filter((id) => ![...sent, ...LAST].includes(id));
    const refused: string[] = [];
    for (const id of [...others, ...LAST.filter(isOffered)]) {
      const { status, body } = await send(id, organizationId, accessToken);
      const code = status < 400 ? undefined : body.code;
      if (code !== ABSENT.get(id)) refused.push(`${id} ${status} ${JSON.stringify(body)}`);
      if (id === 'updatePassword') await changePasswordBack(accessToken);
      if (id === 'requestDeletion') await takeDeletionBack();
      if (END_THE_SESSION.includes(id)) accessToken = await signIn();
    }
    assert.deepEqual(refused, []);
  });

  async function changePasswordBack(token: string): Promise<void> {
    const { currentPassword, newPassword } = exampleOf('updatePassword') as Record<string, string>;
    const body = { currentPassword: newPassword, newPassword: currentPassword };
    const { status } = await test.request('/v1/users/me/password', { method: 'PUT', token, body });
    assert.equal(status, 204);
  }

  async function takeDeletionBack(): Promise<void> {
    const { token } = await test.mail('ada@example.com', /will be deleted|wird am .* gelöscht/);
    const { status } = await test.request('/v1/users/me/restore', { body: { token } });
    assert.equal(status, 204);
  }

  const exampleOf = (id: string) => find(id).requestBody?.content['application/json']?.example;

  it('return to the configured APP_URL', () => {
    for (const { operationId: id } of operations) {
      const urls = Object.entries((exampleOf(id) as object | undefined) ?? {}).filter(([name]) => name.endsWith('Url'));
      for (const [name, url] of urls) assert.ok(String(url).startsWith(`${PRODUCT}/`), `${id} ${name}`);
    }
  });
});
