import { Type } from 'typebox';
import type { Database } from '../../../platform/database/database.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import { LINE_PATTERN } from '../../../platform/http/schemas.ts';
import type { OperatorGuard } from '../guard.ts';
import type { Looks } from '../looks.ts';
import type { Operators } from '../operators.ts';
import type { Search } from '../searching.ts';
import { FoundList, OPERATOR_PATH, OperatorProfile, operatorTag } from './representations.ts';

export interface SearchRoutesOptions {
  guard: OperatorGuard;
  looks: Looks;
  db: Database;
  operators: Pick<Operators, 'find'>;
  search: Search;
}

export function searchRoutes(operations: Operations, options: SearchRoutesOptions): void {
  const { guard, looks, db, operators, search } = options;
  const operator = operations.at(OPERATOR_PATH, { tag: operatorTag });

  operator.get('/me', {
    guard,
    operationId: 'getOperator',
    summary: 'Ask whether you are an operator',
    answer: OperatorProfile,
    async get({ access: { userId } }) {
      const row = await operators.find(db, userId);
      // Revoked between the guard and now.
      if (!row) throw httpErrors.forbidden();
      return { userId, since: row.createdAt.toISOString() };
    },
  });

  operator.get('/search', {
    guard,
    operationId: 'searchAsOperator',
    summary: 'Find a person, an organization, a customer or an email',
    description:
      'By an id, an address, a name, a slug, a Message-ID, an API key, or an id of Stripe. Each word begins a word of the name. The query is audited without names.',
    query: {
      q: Type.String({ minLength: 2, maxLength: 320, pattern: LINE_PATTERN, description: 'Whatever you know of it.' }),
    },
    answer: FoundList,
    async get({ access, query: { q } }) {
      const { query, found } = await search(q);
      await looks.searched(access, query, found.length);
      return { data: found };
    },
  });
}
