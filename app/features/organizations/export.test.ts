import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import { createSignedInUser, startTestService } from '../../../test/service.ts';

describe('the export of a person', () => {
  it('lists every organization that they belong to, also where there are more than are read at a time', async (t) => {
    const test = await startTestService();
    t.after(() => test.close());
    const ada = await createSignedInUser(test);
    await rows(
      test,
      `with made as (
         insert into organizations (id, name, slug, personal, created_at, updated_at)
         select gen_random_uuid(), 'Many', 'many', false, now(), now() from generate_series(1, 1060) where $1::uuid is not null returning id)
       insert into memberships (organization_id, user_id, role, created_at) select id, $1, 'owner', now() from made`,
      ada.id,
    );
    const { body } = await test.request('/v1/users/me/export', { token: ada.accessToken });
    assert.equal(new Set(body.organizations.map(({ id }: { id: string }) => id)).size, 1_061);
  });
});
