/** What a directory can find out about the service (RFC 7644 section 4). */
import type { Attribute, ResourceType, Schema } from './attributes.ts';
import { MAX_RESULTS } from './queries.ts';
import { resourceTypes } from './schemas.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
export const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** @param base `https://api.example.com/scim/v2` */
export const serviceProviderConfig = (base: string) => ({
  schemas: [`${CORE}:ServiceProviderConfig`],
  documentationUri: `${base.replace(/\/scim\/v2$/, '')}/docs`,
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: MAX_RESULTS },
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'SCIM token',
      description: 'A SCIM token of the organization as a bearer token (RFC 6750).',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
});

export const presentResourceType = (base: string, type: ResourceType) => ({
  schemas: [`${CORE}:ResourceType`],
  ...{ id: type.name, name: type.name, endpoint: type.endpoint, description: type.description },
  schema: type.schema.id,
  schemaExtensions: type.extensions.map(({ id }) => ({ schema: id, required: false })),
  meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${type.name}` },
});

export const schemas: readonly Schema[] = resourceTypes.flatMap(({ schema, extensions }) => [schema, ...extensions]);

export const presentSchema = (base: string, { id, name, description, attributes }: Schema) => ({
  schemas: [`${CORE}:Schema`],
  ...{ id, name, description },
  attributes: attributes.map(presentAttribute),
  meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
});

function presentAttribute({ subAttributes, ...attribute }: Attribute): object {
  return { ...attribute, ...(subAttributes && { subAttributes: subAttributes.map(presentAttribute) }) };
}

/** @param startIndex of the first of them, from 1 @param total of all, on whichever page */
export const listOf = (resources: readonly object[], startIndex = 1, total = resources.length) => ({
  schemas: [LIST_RESPONSE],
  totalResults: total,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources,
});
