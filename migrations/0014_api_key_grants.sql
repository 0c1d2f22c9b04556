-- A key could give the roles whose permissions its scopes cover, so a release that adds a permission to a role took that power from existing
-- keys. From now on a key remembers the roles that it could give. Existing keys get those that 0.1.0 let them give: the permissions of its
-- roles stand here, because the code knows only those of today. The column has a constant default, so adding it rewrites nothing; the update
-- writes only live keys that may give a role. Keys that an older process makes during the rollout give what their scopes cover, as before.
ALTER TABLE "api_keys" ADD COLUMN "grants" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
update "api_keys" set "grants" = (
  select array_agg("name" order by "name") from (values
    ('member', '{organization:read,members:read}'::text[]),
    ('billing', '{organization:read,members:read,billing:read,billing:manage}'),
    ('admin', '{organization:read,organization:update,members:read,members:invite,members:manage,api-keys:read,api-keys:write,audit:read,billing:read,billing:manage}'),
    ('owner', '{organization:read,organization:update,organization:delete,members:read,members:invite,members:manage,owners:manage,api-keys:read,api-keys:write,audit:read,billing:read,billing:manage}')
  ) as "role" ("name", "permissions") where "scopes" @> "permissions"
) where "revoked_at" is null and "scopes" @> '{organization:read,members:read}';--> statement-breakpoint
comment on column "api_keys"."grants" is 'The roles that the scopes let it give when they were chosen. It keeps them when a release adds permissions to a role.';
