/** People who are registered, for tools that send requests of their own. */
import { createStage } from '../demo/stage.ts';
import type { DevelopmentService } from './service.ts';

export interface Person {
  /** Their access token. */
  readonly token: string;
  /** Their personal organization. */
  readonly organizationId: string;
}

// Not the password of the document's examples, which would close accounts.
const password = 'umbrella ostrich lantern 42';

/** Registers a person, confirms their address and signs in. @throws Surprise when a request is refused, or no email comes within 20 s */
export async function registerPerson(service: DevelopmentService): Promise<Person> {
  const stage = createStage(service);
  const email = stage.newAddress('person');
  await stage.step('A person registers', '/v1/users', 202, { body: { email, password } });
  const { token: confirmation } = await stage.mail('reads the email', email, /./);
  await stage.step('confirms', '/v1/email-verifications/confirm', 204, { body: { token: confirmation } });
  const { body: session } = await stage.step('signs in', '/v1/sessions', 201, { body: { email, password } });
  const token = session.accessToken;
  const { body: organizations } = await stage.step('has an organization', '/v1/organizations', 200, { token });
  return { token, organizationId: organizations.data[0].id };
}
