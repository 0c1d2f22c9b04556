import { Type } from 'typebox';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import { Named, Nullable, OneOf } from '../../../platform/http/schemas.ts';
import { accountErrors } from '../../accounts/accounts.ts';
import { type Authorization, ORGANIZATION_PATH, organizationParams } from '../../organizations/organizations.ts';
import type { Policies } from '../policy/policy.ts';
import { inviters } from '../schema.ts';

export interface PolicyRoutesOptions {
  authorization: Authorization;
  policies: Policies;
}

const tag = { name: 'Policies', description: 'What an organization requires of its members.' };

const example = { requireSecondFactor: false, sessionMinutes: 720, inviters: 'owners' };
const SessionMinutes = Type.Integer({
  minimum: 15,
  maximum: 525_600,
  description:
    'So long after they last proved who they are, members get `organization_sign_in_required`. Without it, or null: as long as the session lives.',
});
const fields = {
  requireSecondFactor: Type.Boolean({
    description:
      'True: members act only in sessions that two factors have proven. Without, they get `organization_second_factor_required`.',
  }),
  sessionMinutes: Nullable(SessionMinutes),
  inviters: OneOf(inviters, {
    title: 'Inviters',
    description: 'permitted: everybody whose role has `members:invite`. owners: owners only.',
  }),
};
const Policy = Named('OrganizationPolicy', fields, example);

export function policyRoutes(operations: Operations, { authorization, policies }: PolicyRoutesOptions): void {
  const below = operations.at(`${ORGANIZATION_PATH}/policy`, { tag, params: organizationParams });

  below.get('', {
    guard: authorization.needs('policy:read'),
    operationId: 'getOrganizationPolicy',
    summary: 'Get the policy of an organization',
    answer: Policy,
    get: ({ access }) => policies.get(access.organizationId),
  });

  below.operation('PUT', '', {
    guard: authorization.needs('policy:manage'),
    operationId: 'putOrganizationPolicy',
    whileActing: 'never',
    summary: 'Replace the policy of an organization',
    description:
      'It applies to the next request of each member, and not to API keys. The caller must satisfy it. All owners get an email. Needs a recent proof.',
    body: { ...fields, sessionMinutes: Type.Optional(Nullable(SessionMinutes)) },
    example,
    answers: { 200: Policy },
    errors: [accountErrors.recent_sign_in_required],
    handle: ({ access, body }) => policies.put(access, { ...body, sessionMinutes: body.sessionMinutes ?? null }),
  });
}
