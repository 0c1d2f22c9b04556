-- Describes tables and columns for people who read the database. Made from the models by `npm run migrations:describe`.
comment on table "one_time_tokens" is 'Secrets that were emailed: only their SHA-256. A row is deleted by its use, or marked if the use may be repeated.';--> statement-breakpoint
comment on table "known_devices" is 'From where a person has signed in before: no lock-out by strangers there, and no email about a new device.';--> statement-breakpoint
comment on table "audit_events" is 'The audit events, append-only. They have no foreign keys, because events outlive the things that they are about.';--> statement-breakpoint
comment on column "billing_customers"."lease_id" is 'The holder of the lease, or its last one: the fencing token. Only the holder may write.';--> statement-breakpoint
comment on column "billing_customers"."checkout_id" is 'The request that is opening a checkout, and the latest time until which it may.';--> statement-breakpoint
comment on column "billing_subscriptions"."payment_method_id" is 'The payment method of the subscription, where it is not the customer''s default.';--> statement-breakpoint
comment on table "billing_payment_methods" is 'Payment methods of customers, as far as they may be shown.';--> statement-breakpoint
comment on table "billing_consumption" is 'The usage of a limit in a calendar month (UTC).';--> statement-breakpoint
comment on column "email_messages"."user_id" is 'The user whom the email is about, if any. There is no foreign key: purging a user must neither wait for the outbox nor lock it.';--> statement-breakpoint
comment on column "email_messages"."key" is 'Names the transition that the email tells of: it is emailed once.';--> statement-breakpoint
comment on column "email_messages"."provider_response" is 'The mail server''s reply when it accepted the email. Most servers put their own id there.';--> statement-breakpoint
comment on table "email_suppressions" is 'Addresses that get no email (scope `all`), or none that they may unsubscribe from (scope `bulk`). The scope is part of the key because an address that unsubscribed can still bounce later, and lifting one must not lift the other.';--> statement-breakpoint
comment on column "email_suppressions"."provider" is 'The provider that reported it; null if a reader or an operator did.';--> statement-breakpoint
comment on table "events" is 'Events of organizations, append-only. There is no foreign key, because the feature of organizations comes later; it removes their events.';--> statement-breakpoint
comment on table "organizations" is 'Organizations, which members share: a company, a team, or one person.';--> statement-breakpoint
comment on column "organizations"."purge_started_at" is 'The start of the purge. After it, nothing restores the organization, because parts of it may be gone.';--> statement-breakpoint
comment on table "memberships" is 'The members of organizations, with their roles.';--> statement-breakpoint
comment on table "invitations" is 'Invitations by email that are open. Accepting, revoking and replacing one deletes its row; the audit trail remembers.';--> statement-breakpoint
comment on column "invitations"."token_hash" is 'SHA-256 of the emailed secret.';
