/** Discovery (RFC 7644 section 4), and the parts of SCIM that are not there. */
import { httpErrors } from '../../../platform/http/errors.ts';
import { listOf, presentResourceType, presentSchema, schemas, serviceProviderConfig } from '../protocol/discovery.ts';
import { textsOf } from '../protocol/queries.ts';
import { resourceTypes } from '../protocol/schemas.ts';
import { notSupported, type ScimHandler, type ScimRoutes } from './protocol.ts';

export function discoveryRoutes(base: string): ScimRoutes {
  const all = (documents: readonly object[]): ScimHandler => {
    return ({ query }) => {
      // RFC 7644 section 4: filters are not for these, and answered so.
      if (textsOf(query).filter !== undefined) throw httpErrors.forbidden({ detail: 'These are not filtered.' });
      return { body: listOf(documents) };
    };
  };
  const one = (documents: readonly { readonly id: string }[]): ScimHandler => {
    return ({ id }) => {
      const body = documents.find((document) => document.id.toLowerCase() === id);
      if (!body) throw httpErrors.not_found({ detail: 'There is nothing of this name.' });
      return { body };
    };
  };
  const types = resourceTypes.map((type) => presentResourceType(base, type));
  const described = schemas.map((schema) => presentSchema(base, schema));
  const me = notSupported('A token stands for a directory, not for a person: there is no /Me.');
  const bulk = notSupported('Bulk requests are not supported: send one request per resource.');
  const search = notSupported('Searches by POST are not supported: use GET with a filter.');
  return {
    '/ServiceProviderConfig': { GET: () => ({ body: serviceProviderConfig(base) }) },
    '/ResourceTypes': { GET: all(types) },
    '/ResourceTypes/:id': { GET: one(types) },
    '/Schemas': { GET: all(described) },
    '/Schemas/:id': { GET: one(described) },
    '/Me': { GET: me, POST: me, PUT: me, PATCH: me, DELETE: me },
    '/Bulk': { POST: bulk },
    '/.search': { POST: search },
    '/Users/.search': { POST: search },
    '/Groups/.search': { POST: search },
  };
}
