/** Operators over HTTP. */
import assert from 'node:assert/strict';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { createUser, type SignedInUser, signIn, type TestService } from '../../../../test/service.ts';
import { MINUTE_MS } from '../../../platform/clock.ts';
import { addTotp, challenged } from '../../accounts/testing/authenticator-app.ts';

export const REASON = 'Ticket 4711';

export interface TestOperator extends SignedInUser {
  /** Of the authenticator app. */
  secret: string;
}

/** Signs in with the second factor, in a new time step. */
export async function signInWithFactor(
  test: TestService,
  { email, password, secret }: Omit<TestOperator, 'id' | 'accessToken' | 'refreshToken'>,
) {
  test.clock.advance(MINUTE_MS);
  const { token: challenge } = await challenged(test, { email, password });
  const totp = codeAt(secret, test.clock.now());
  const { status, body } = await test.request('/v1/sessions/second-factor', { body: { challenge, totp } });
  assert.equal(status, 201, JSON.stringify(body));
  return body as { accessToken: string; refreshToken: string };
}

/** A person with an authenticator app, who is made an operator as the command does, and signs in with the app. */
export async function createOperator(test: TestService): Promise<TestOperator> {
  const { email, password } = await createUser(test);
  const person = await signIn(test, email, password);
  const secret = await addTotp(test, person);
  assert.equal(await test.service.operator.operators.make(person), true);
  return { ...person, secret, ...(await signInWithFactor(test, { email, password, secret })) };
}

/** Begins to act as a user. @returns the answer's body */
export async function act(
  test: TestService,
  { accessToken: token }: Pick<SignedInUser, 'accessToken'>,
  userId: string,
  how: { minutes?: number; mayChange?: boolean } = {},
) {
  const body = { reason: REASON, ...how };
  const answer = await test.request(`/v1/operator/users/${userId}/impersonations`, { token, body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body as { accessToken: string; expiresIn: number; impersonation: { id: string; expiresAt: string } };
}

/** The events of an owner, the newest first. */
export async function trailOf(test: TestService, ownerId: string) {
  const { reading } = test.service.audit;
  return reading.list(ownerId, {}, 100);
}
