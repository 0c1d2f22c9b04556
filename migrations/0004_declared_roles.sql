-- Features and products declare roles in code. The names stood again in these constraints, so the first member with a new role was refused
-- by the database. The code refuses unknown roles; the constraints keep the form of a name.
ALTER TABLE "invitations" DROP CONSTRAINT "invitations_role_check";--> statement-breakpoint
ALTER TABLE "memberships" DROP CONSTRAINT "memberships_role_check";--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_role_check" CHECK (role ~ '^[a-z][a-z-]{0,62}$');--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_role_check" CHECK (role ~ '^[a-z][a-z-]{0,62}$');