-- The identities of people are unique across people, so a sharded PostgreSQL keeps them on one node, away from their users. The name of the key
-- says that it is dropped there.
ALTER TABLE "identities" RENAME CONSTRAINT "identities_user_id_users_id_fk" TO "identities_user_id_cross_owner_fk";
