-- What tables and columns mean, for people who read the database. Made from the models by `npm run migrations:describe`.
comment on table "users" is 'People.';--> statement-breakpoint
comment on column "users"."email" is 'As in `email_addresses`: lower case, domain in ASCII.';--> statement-breakpoint
comment on column "users"."password_hash" is 'PHC string; null for a person without a password.';--> statement-breakpoint
comment on column "users"."purge_at" is 'The account is deleted for its owner, and purged at this instant.';--> statement-breakpoint
comment on table "email_addresses" is 'Which user an address belongs to: the one place where addresses are unique.';--> statement-breakpoint
comment on column "email_addresses"."verified_at" is 'Until then the claim is provisional: the next registration for the address replaces it.';--> statement-breakpoint
comment on table "sessions" is 'One row a sign-in; refreshing changes the row.';--> statement-breakpoint
comment on column "sessions"."secret" is 'Sealed; the key of the MAC in the session''s refresh tokens.';--> statement-breakpoint
comment on column "sessions"."generation" is 'The generation of the only refresh token that is current.';--> statement-breakpoint
comment on column "sessions"."rotated_at" is 'When the current generation began, by the database''s clock; null before the first refresh.';--> statement-breakpoint
comment on column "sessions"."late_generation" is 'The generation whose predecessor was last answered late (`refreshing.ts`), and how many generations in a row were.';--> statement-breakpoint
comment on table "one_time_tokens" is 'Secrets that were mailed: only their SHA-256. A row is deleted by its use, or marked if the use may be repeated.';--> statement-breakpoint
comment on column "one_time_tokens"."address" is 'The address that a change of address is about; null for the others.';--> statement-breakpoint
comment on table "known_devices" is 'From where a person has signed in before: no lock-out by strangers there, and no mail about a new device.';--> statement-breakpoint
comment on column "known_devices"."network" is 'SHA-256 of the address block.';--> statement-breakpoint
comment on column "known_devices"."user_agent" is 'SHA-256 of the user agent.';--> statement-breakpoint
comment on table "signing_keys" is 'Keys that sign access tokens. The newest one that has begun signs; all that are not retired verify.';--> statement-breakpoint
comment on column "signing_keys"."id" is 'JWK thumbprint (RFC 7638); the `kid` of tokens.';--> statement-breakpoint
comment on column "signing_keys"."private_key" is 'PKCS #8, sealed.';--> statement-breakpoint
comment on column "signing_keys"."signs_from" is 'Published before it signs, so that every verifier knows it by then.';--> statement-breakpoint
comment on table "audit_chains" is 'The head of each owner''s chain; its row lock puts concurrent events in order. An owner is a user or an organization.';--> statement-breakpoint
comment on table "audit_events" is 'What happened, append-only. No foreign keys: events outlive what they are about.';--> statement-breakpoint
comment on column "audit_events"."sequence" is '1, 2, 3 … in the owner''s chain.';--> statement-breakpoint
comment on column "audit_events"."details" is 'Before and after, without secrets.';--> statement-breakpoint
comment on column "audit_events"."hash" is 'SHA-256 over the hash of the event before and this event''s canonical form.';--> statement-breakpoint
comment on table "audit_addresses" is 'Addresses that events are about. They can be erased without breaking a chain.';--> statement-breakpoint
comment on table "billing_customers" is 'Stripe''s customer of an organization, and who may bring its projection up to date.';--> statement-breakpoint
comment on column "billing_customers"."deleted_at" is 'Deleted at Stripe: nothing can be bought for it any more; the next checkout makes another one.';--> statement-breakpoint
comment on column "billing_customers"."adopted" is 'The customer was there before we knew of it: what happened before tells nobody anything new.';--> statement-breakpoint
comment on column "billing_customers"."test_clock_time" is 'Where the customer is on a test clock of Stripe: its time. Real customers have none.';--> statement-breakpoint
comment on column "billing_customers"."trial_used" is 'An organization gets one trial.';--> statement-breakpoint
comment on column "billing_customers"."requested" is 'How often a projection was asked for, and the last such count that one has answered.';--> statement-breakpoint
comment on column "billing_customers"."lease_id" is 'Who holds the lease, or held it last: the fencing token. Only that one may write.';--> statement-breakpoint
comment on column "billing_customers"."checkout_id" is 'Who is opening a checkout, at most until when.';--> statement-breakpoint
comment on table "stripe_customers" is 'Which organization a customer of Stripe belongs to. Stays when either is deleted, so that late events find a tombstone.';--> statement-breakpoint
comment on table "billing_subscriptions" is 'Subscriptions as Stripe has them, those that ended too.';--> statement-breakpoint
comment on column "billing_subscriptions"."status" is 'Stripe''s word, whichever it may come to be; `access.ts` decides what it means.';--> statement-breakpoint
comment on column "billing_subscriptions"."plan" is 'A plan of the catalog; null: none that it knows.';--> statement-breakpoint
comment on column "billing_subscriptions"."unit_amount" is 'For one, in minor units of the currency.';--> statement-breakpoint
comment on column "billing_subscriptions"."cancel_at" is 'When it will end, if it will.';--> statement-breakpoint
comment on column "billing_subscriptions"."past_due_since" is 'Since when a payment is overdue.';--> statement-breakpoint
comment on column "billing_subscriptions"."pending_until" is 'A change that waits for its payment until this instant.';--> statement-breakpoint
comment on column "billing_subscriptions"."superseded" is 'A second live one, which is being cancelled: it counts for nothing.';--> statement-breakpoint
comment on table "billing_invoices" is 'Invoices, one-off purchases included.';--> statement-breakpoint
comment on column "billing_invoices"."total" is 'In minor units of the currency, tax included.';--> statement-breakpoint
comment on column "billing_invoices"."amount_credited" is 'Given back after it was paid, by credit notes or by refunds without one.';--> statement-breakpoint
comment on column "billing_invoices"."product" is 'A product of the catalog, where this is a purchase of one; and how many.';--> statement-breakpoint
comment on column "billing_invoices"."action_required" is 'The customer''s bank asks for a confirmation.';--> statement-breakpoint
comment on table "billing_payment_methods" is 'What can be charged, as far as it may be shown.';--> statement-breakpoint
comment on table "billing_disputes" is 'Disputes of payments; they stay when the organization is gone.';--> statement-breakpoint
comment on table "stripe_events" is 'The inbox: events as they came. What they say is never believed; they only tell whom to ask Stripe about.';--> statement-breakpoint
comment on column "stripe_events"."applied_at" is 'When a projection that began after it was received was stored; or when it was found to concern nobody.';--> statement-breakpoint
comment on table "billing_cursors" is 'Places where a repeated task stopped, such as polling for events.';--> statement-breakpoint
comment on table "billing_usage_events" is 'Usage as it was reported to us, and whether Stripe knows of it.';--> statement-breakpoint
comment on column "billing_usage_events"."id" is 'Also Stripe''s identifier, so that reporting twice counts once.';--> statement-breakpoint
comment on table "billing_consumption" is 'What of a limit is used up in a calendar month (UTC).';--> statement-breakpoint
comment on table "email_messages" is 'Every email from its cause until it is old: queued, sent, failed or suppressed.';--> statement-breakpoint
comment on column "email_messages"."id" is 'UUIDv7; also the left part of the Message-ID.';--> statement-breakpoint
comment on column "email_messages"."user_id" is 'Whom the mail is about, if anybody. No foreign key: purging a user must not wait for the outbox, nor lock it.';--> statement-breakpoint
comment on column "email_messages"."key" is 'Names the transition that the mail tells of: it is mailed once.';--> statement-breakpoint
comment on column "email_messages"."data" is 'The template''s data, sealed: it holds one-time tokens. Null once no try can follow.';--> statement-breakpoint
comment on column "email_messages"."attempts" is 'Tries begun, whether or not they ended.';--> statement-breakpoint
comment on column "email_messages"."next_attempt_at" is 'No worker tries before this: the time of the next try, or the end of the lease of the one that is trying.';--> statement-breakpoint
comment on column "email_messages"."provider_response" is 'What the mail server said when it accepted the mail; most put their own id there.';--> statement-breakpoint
comment on column "email_messages"."last_error" is 'Why the last try failed: short, without addresses.';--> statement-breakpoint
comment on table "email_suppressions" is 'Addresses that get no mail (scope `all`), or none that they may unsubscribe from (scope `bulk`). The scope is part of the key because an address that unsubscribed can still bounce later, and lifting one must not lift the other.';--> statement-breakpoint
comment on column "email_suppressions"."address" is 'As `parseAddress` writes it.';--> statement-breakpoint
comment on column "email_suppressions"."provider" is 'Who reported it; null for readers and operators.';--> statement-breakpoint
comment on column "email_suppressions"."detail" is 'The provider''s own word for it: short, without addresses.';--> statement-breakpoint
comment on table "organizations" is 'What members share: a company, a team, or one person.';--> statement-breakpoint
comment on column "organizations"."slug" is 'As in `organization_slugs`.';--> statement-breakpoint
comment on column "organizations"."personal" is 'The one that each person gets at verification.';--> statement-breakpoint
comment on column "organizations"."purge_at" is 'The organization is deleted for its members, and purged at this instant.';--> statement-breakpoint
comment on column "organizations"."purge_started_at" is 'From here on nothing restores it: parts of it may be gone.';--> statement-breakpoint
comment on table "organization_slugs" is 'Which organization a slug belongs to: the one place where slugs are unique.';--> statement-breakpoint
comment on table "memberships" is 'Who belongs to an organization, and as what.';--> statement-breakpoint
comment on column "memberships"."invitation_hash" is 'SHA-256 of the secret of the invitation that was accepted: accepting it once more is the same success. Null for founders.';--> statement-breakpoint
comment on table "invitations" is 'Invitations by mail that are open. Accepting, revoking and replacing one deletes its row; the audit trail remembers.';--> statement-breakpoint
comment on column "invitations"."token_hash" is 'SHA-256 of the mailed secret.';--> statement-breakpoint
comment on table "api_keys" is 'Keys for programs: only the SHA-256 of their secrets.';--> statement-breakpoint
comment on column "api_keys"."previous_hash" is 'The secret before the last rotation, while its grace lasts.';--> statement-breakpoint
comment on column "api_keys"."hint" is 'The last characters of the key, so that people recognise it.';--> statement-breakpoint
comment on column "api_keys"."created_by" is 'The key never outranks this member.';--> statement-breakpoint
comment on table "idempotency_keys" is 'Stored answers to requests with an Idempotency-Key, per caller.';--> statement-breakpoint
comment on column "idempotency_keys"."body" is 'Sealed, because an answer can contain a secret that is shown once.';--> statement-breakpoint
comment on table "rate_limits" is 'Counters of rate limits, with the columns that rate-limiter-flexible expects. Keys are hashed, so that no addresses are stored.';--> statement-breakpoint
comment on column "rate_limits"."expire" is 'Unix milliseconds, by the clock of the database.';--> statement-breakpoint
comment on column "sessions"."ip_address" is 'From where it was signed in.';--> statement-breakpoint
comment on column "sessions"."refreshed_ip_address" is 'From where it was refreshed; both null before that.';--> statement-breakpoint
comment on column "billing_subscriptions"."payment_method_id" is 'What it is charged to, where that is not the customer''s default payment method.';--> statement-breakpoint
comment on column "billing_subscriptions"."cancellation_reason" is 'Why it ended or will end, in Stripe''s word: cancellation_requested, payment_failed, payment_disputed.';--> statement-breakpoint
comment on column "billing_invoices"."withdrawn" is 'Why the product was taken back, though it was paid: revoked, dispute_lost.';--> statement-breakpoint
comment on table "events" is 'What happened in organizations, append-only. No foreign key: the feature of organizations comes later, and removes what is theirs.';--> statement-breakpoint
comment on column "events"."id" is 'UUIDv7. Outside, it is written as `evt_` and 32 hexadecimal digits.';--> statement-breakpoint
comment on column "events"."type" is 'A declared type, also of a later release.';--> statement-breakpoint
comment on column "api_keys"."last_ip_address" is 'From where it was used then.';--> statement-breakpoint
comment on table "webhook_endpoints" is 'Where an organization wants to be told of its events.';--> statement-breakpoint
comment on column "webhook_endpoints"."event_types" is 'null: all types, those of later releases too.';--> statement-breakpoint
comment on column "webhook_endpoints"."secret" is 'The signing secret, sealed; and the one before, which signs too until its time is over.';--> statement-breakpoint
comment on column "webhook_endpoints"."failures" is 'Failed attempts in a row, and until when there are none because of them.';--> statement-breakpoint
comment on column "webhook_endpoints"."failing_since" is 'The first failed attempt since the last success; and when those who manage it were warned.';--> statement-breakpoint
comment on column "webhook_endpoints"."lease_id" is 'The worker that sends to it, and until when no other one may, by the clock of the database.';--> statement-breakpoint
comment on table "webhook_deliveries" is 'One event for one endpoint. No foreign keys: an event must not wait for a change of an endpoint, nor fail because of one. The feature removes what belonged to an endpoint or an organization that is gone.';--> statement-breakpoint
comment on column "webhook_deliveries"."attempts" is 'Attempts of the schedule so far; a retry on request begins it anew.';--> statement-breakpoint
comment on column "webhook_deliveries"."next_attempt_at" is 'null: none is due.';--> statement-breakpoint
comment on column "webhook_deliveries"."log" is 'The last attempts, oldest first.';
