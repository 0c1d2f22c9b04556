-- Challenges say which identity provider has led to them, so that their answers are judged by who may enter now.
ALTER TABLE "sign_in_challenges" ADD COLUMN "provider" text;--> statement-breakpoint
comment on column "sign_in_challenges"."provider" is 'The identity provider that has proven the first one; null: none has.';
