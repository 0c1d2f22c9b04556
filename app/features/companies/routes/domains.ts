import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { Id, Named, Nullable, OneOf, Timestamp } from '../../../platform/http/schemas.ts';
import type { RateLimit } from '../../../platform/security/rate-limits.ts';
import { accountErrors } from '../../accounts/accounts.ts';
import { type Authorization, ORGANIZATION_PATH, organizationParams } from '../../organizations/organizations.ts';
import type { Domains } from '../domains/domains.ts';
import { companyErrors } from '../errors.ts';
import type { DomainRow } from '../schema.ts';

export interface DomainRoutesOptions {
  authorization: Authorization;
  domains: Domains;
  /** Questions to nameservers. Key: organization. */
  verifications: RateLimit;
}

const tag = {
  name: 'Domains',
  description: 'The domains of an organization, proven by DNS. They decide whose sign-in the organization may govern.',
};

const exampleDomain = {
  id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b90',
  domain: 'engines.example',
  record: {
    type: 'TXT',
    name: '_plinth-challenge.engines.example',
    value: '5f0a3f9c6e1b4d7a8c2e9f1b3d5a7c9e0b2d4f6a',
  },
  verifiedAt: '2026-11-01T09:40:00.000Z',
  checkedAt: '2026-11-02T09:40:00.000Z',
  missingSince: null,
  createdAt: '2026-11-01T09:30:00.000Z',
};

export const OrganizationDomain = Named(
  'OrganizationDomain',
  {
    id: Id('Domain'),
    domain: Type.String({ description: 'In lower case; an international domain in ASCII.' }),
    record: Type.Object(
      {
        type: OneOf(['TXT']),
        name: Type.String({ description: 'Where the record has to be.' }),
        value: Type.String({ description: 'Its text.' }),
      },
      { title: 'DomainRecord', description: 'The DNS record that proves the claim. It has to stay.' },
    ),
    verifiedAt: Nullable(Timestamp('Since when the domain is verified for this organization; null: it is not.')),
    checkedAt: Nullable(Timestamp('When the nameservers last told whether the record is there.')),
    missingSince: Nullable(
      Timestamp('When the record was found to be gone. Five days later, the domain is no longer verified.'),
    ),
    createdAt: Timestamp('When it was claimed.'),
  },
  exampleDomain,
);

function present({ id, domain, recordName, recordValue, ...row }: DomainRow) {
  return {
    ...{ id, domain },
    record: { type: 'TXT' as const, name: recordName, value: recordValue },
    verifiedAt: row.verifiedAt?.toISOString() ?? null,
    checkedAt: row.checkedAt?.toISOString() ?? null,
    missingSince: row.missingSince?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

const params = { domainId: Id('Domain') };

const { recent_sign_in_required: stepUp } = accountErrors;

type Below = OperationGroup<typeof organizationParams>;

export function domainRoutes(operations: Operations, options: DomainRoutesOptions): void {
  const below = operations.at(`${ORGANIZATION_PATH}/domains`, { tag, params: organizationParams });
  claimOperation(below, options);
  readingOperations(below, options);
  changingOperations(below, options);
}

function claimOperation(below: Below, { authorization, domains }: DomainRoutesOptions): void {
  below.create('', {
    guard: authorization.needs('company-sign-in:manage'),
    operationId: 'claimDomain',
    whileActing: 'never',
    summary: 'Claim a domain',
    description:
      'Publish the record of the answer in the DNS of the domain, and verify it then. A claim alone has no effect. Its subdomains are other domains. Needs a recent proof.',
    body: {
      domain: Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'Neither a public suffix nor of a mail provider.',
      }),
    },
    example: { domain: 'engines.example' },
    answer: OrganizationDomain,
    errors: [companyErrors.invalid_domain, companyErrors.domain_claimed, companyErrors.too_many_domains, stepUp],
    create: async (tx, { access, body }) => present(await domains.claim(tx, access, body.domain)),
  });
}

function readingOperations(below: Below, { authorization, domains }: DomainRoutesOptions): void {
  const reading = authorization.needs('company-sign-in:read');

  below.list('', {
    guard: reading,
    operationId: 'listDomains',
    summary: 'List the domains of an organization',
    description: 'The newest first.',
    item: OrganizationDomain,
    rows: ({ access }, limit, before) => domains.list(access.organizationId, limit, before?.[0]),
    keyOf: ({ id }) => [id],
    present,
  });

  below.get('/:domainId', {
    guard: reading,
    operationId: 'getDomain',
    summary: 'Get a domain',
    params,
    answer: OrganizationDomain,
    get: async ({ access, params }) => present(await domains.get(access.organizationId, params.domainId)),
  });
}

function changingOperations(below: Below, { authorization, domains, verifications }: DomainRoutesOptions): void {
  const managing = authorization.needs('company-sign-in:manage');

  below.operation('POST', '/:domainId/verify', {
    guard: managing,
    operationId: 'verifyDomain',
    whileActing: 'never',
    summary: 'Verify a domain',
    description:
      'Looks for the record, for at most 5 seconds and at most 60 times an hour. All owners get an email. Needs a recent proof.',
    params,
    answers: { 200: OrganizationDomain },
    errors: [
      ...[companyErrors.domain_not_proven, companyErrors.domain_lookup_failed, companyErrors.domain_taken],
      ...[stepUp, httpErrors.rate_limited],
    ],
    async handle({ access, params }) {
      await verifications.consume(access.organizationId);
      return present(await domains.verify(access, params.domainId));
    },
  });

  below.remove('/:domainId', {
    guard: managing,
    operationId: 'deleteDomain',
    whileActing: 'never',
    summary: 'Delete a domain',
    description: 'All owners get an email if it was verified. Needs a recent proof.',
    params,
    removed: 'The organization no longer governs the sign-in of addresses at the domain. Memberships stay.',
    errors: [stepUp],
    remove: ({ access, params }) => domains.remove(access, params.domainId),
  });
}
