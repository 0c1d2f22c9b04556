import { Type } from 'typebox';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import { Id } from '../../../platform/http/schemas.ts';
import { accountErrors } from '../../accounts/accounts.ts';
import type { Authorization } from '../authorization.ts';
import { organizationErrors } from '../errors.ts';
import type { Memberships, Member as Row } from '../memberships.ts';
import type { Consequences } from '../withdrawal.ts';
import {
  exampleMemberId,
  MAX_CONSEQUENCES,
  Member,
  MemberConsequences,
  ORGANIZATION_PATH,
  organizationParams,
  Role,
  tags,
} from './representations.ts';

export interface MemberRoutesOptions {
  authorization: Authorization;
  memberships: Memberships;
}

const membershipErrors = [
  organizationErrors.last_owner,
  organizationErrors.personal_organization,
  accountErrors.recent_sign_in_required,
];

export function memberRoutes(operations: Operations, options: MemberRoutesOptions): void {
  transferOperation(operations, options);
  consequencesOperation(operations, options);
  removeOperation(operations, options);
  const { authorization, memberships } = options;
  const { needs } = authorization;
  const below = operations.at(ORGANIZATION_PATH, { tag: tags.members, params: organizationParams });

  below.list('/members', {
    guard: needs('members:read'),
    operationId: 'listMembers',
    summary: 'List members',
    description: 'By the time they joined.',
    item: Member,
    rows: ({ access }, limit, after) => memberships.list(access.organizationId, limit, after),
    keyOf: ({ createdAt, userId }) => [createdAt.toISOString(), userId],
    present,
  });

  below.change('/members/:userId', {
    guard: needs('members:manage'),
    operationId: 'updateMember',
    whileActing: 'never',
    summary: "Change a member's role",
    description: 'Nobody gives or takes a role that allows more than their own.',
    params: { userId: Id('User') },
    body: { role: Role },
    example: { role: 'admin' },
    answer: Member,
    errors: membershipErrors,
    change: async ({ access, params, body }) => present(await memberships.changeRole(access, params.userId, body.role)),
  });
}

function removeOperation(operations: Operations, { authorization, memberships }: MemberRoutesOptions): void {
  const below = operations.at(ORGANIZATION_PATH, { tag: tags.members, params: organizationParams });
  below.remove('/members/:userId', {
    guard: authorization.needs('organization:read'),
    operationId: 'deleteMember',
    whileActing: 'never',
    summary: 'Remove a member, or leave',
    description:
      'Anyone may leave; removing others needs `members:manage`. Their API keys and invitations are revoked: `GET` its `/consequences` before.',
    params: { userId: Id('User') },
    removed: 'The person is no longer a member.',
    errors: membershipErrors,
    remove: ({ access, params }) => memberships.remove(access, params.userId),
  });
}

function consequencesOperation(operations: Operations, { authorization, memberships }: MemberRoutesOptions): void {
  const below = operations.at(ORGANIZATION_PATH, { tag: tags.members, params: organizationParams });
  below.get('/members/:userId/consequences', {
    guard: authorization.needs('organization:read'),
    operationId: 'getMemberConsequences',
    summary: 'See what a change of a member takes along',
    description:
      'Lists what the removal of the member revokes or, with `role`, what that role would. Anyone may ask for themself; for others it needs `members:manage`.',
    params: { userId: Id('User') },
    query: { role: Type.Optional(Role) },
    answer: MemberConsequences,
    async get({ access, params, query }) {
      return presentConsequences(await memberships.foresee(access, params.userId, query.role), query.role);
    },
  });
}

function presentConsequences({ keys, invitations }: Consequences, role: string | undefined) {
  return {
    apiKeyCount: keys.length,
    apiKeys: keys.slice(0, MAX_CONSEQUENCES).map(({ key: { id, name, hint, lastUsedAt }, before, after }) => ({
      ...{ id, name, hint, outcome: role ? ('changed' as const) : ('revoked' as const) },
      ...{ scopesBefore: before, scopesAfter: after, lastUsedAt: lastUsedAt?.toISOString() ?? null },
    })),
    invitationCount: invitations.length,
    invitations: invitations.slice(0, MAX_CONSEQUENCES).map(({ id, email, role }) => ({ id, email, role })),
  };
}

function transferOperation(operations: Operations, { authorization, memberships }: MemberRoutesOptions): void {
  const below = operations.at(ORGANIZATION_PATH, { tag: tags.members, params: organizationParams });
  below.operation('POST', '/ownership-transfers', {
    guard: authorization.needs('owners:manage'),
    operationId: 'createOwnershipTransfer',
    whileActing: 'never',
    summary: 'Transfer ownership',
    description: 'Makes a member the owner and the caller an admin, in one step.',
    body: { userId: Id('The next owner, a member already.') },
    example: { userId: exampleMemberId },
    answers: { 204: 'Ownership is transferred.' },
    errors: membershipErrors,
    handle: ({ access, body }) => memberships.transfer(access, body.userId),
  });
}

function present({ userId, name, email, role, createdAt }: Row) {
  return { userId, name, email, role, joinedAt: createdAt.toISOString() };
}
