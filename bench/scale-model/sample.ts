/** Rows as the service writes them, so that their size can be measured: 20,000 users and what they have. */
export const SAMPLE = `
  insert into users (id, email, name, locale, password_hash, email_verified_at, created_at, updated_at)
    select gen_random_uuid(), 'person.' || n || '@example.com', 'Person Number ' || n, 'en',
      '$argon2id$v=19$m=19456,t=2,p=1$' || left(md5(n::text), 22) || '$' || left(md5(n::text) || md5('x'), 43), now(), now(), now()
    from generate_series(1, 20000) n;
  insert into email_addresses (address, user_id, verified_at) select email, id, now() from users;
  insert into sessions (user_id, id, secret, generation, ip_address, user_agent, created_at, refreshed_at, rotated_at, amr, auth_time)
    select id, gen_random_uuid(), sha256(id::text::bytea) || sha256(email::bytea), 40, '203.0.113.77',
      'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', now(), now(), now(), array['pwd'], now()
    from users, generate_series(1, 2);
  insert into devices (user_id, id, hash, ip_address, user_agent, created_at, last_seen_at)
    select id, gen_random_uuid(), sha256((id::text || n)::bytea), '203.0.113.77',
      'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', now(), now()
    from users, generate_series(1, 2) n;
  insert into organizations (id, name, slug, personal, created_at, updated_at)
    select gen_random_uuid(), name, 'person-number-' || left(md5(email), 8), true, now(), now() from users;
  insert into organization_slugs (slug, organization_id) select slug, id from organizations;
  insert into memberships (organization_id, user_id, role, created_at)
    select o.id, u.id, 'owner', now() from (select id, row_number() over () n from organizations) o
    join (select id, row_number() over () n from users) u using (n);
  insert into audit_chains (owner_id, sequence, hash) select id, 30, sha256(id::text::bytea) from users;
  insert into audit_events (owner_id, sequence, id, occurred_at, actor_type, actor_id, action, target_type, target_id, request_id, ip_address,
      user_agent, details, hash, mac)
    select id, n, gen_random_uuid(), now(), 'user', id::text, 'session.started', 'user', id::text, gen_random_uuid()::text, '203.0.113.77',
      'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '{"amr": ["pwd"]}', sha256(id::text::bytea), sha256(email::bytea)
    from users, generate_series(1, 5) n;
`;
