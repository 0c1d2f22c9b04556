// Generated from the OpenAPI document: npm run generate. Not edited by hand.

export interface AcceptInvitation {
  readonly token: string;
}

export interface AcceptedInvitation {
  /** Organization */
  readonly organizationId: string;
  readonly role: Role;
}

export interface AccountExport {
  readonly exportedAt: string;
  readonly user: unknown;
}

export type ActorType = 'user' | 'api_key' | 'scim_token' | 'operator' | 'system' | 'anonymous';

export interface AddedLimits {
  readonly members?: number | undefined;
  readonly projects?: number | undefined;
  readonly apiCalls?: number | undefined;
  readonly webhookEndpoints?: number | undefined;
}

/** Says if the address gets emails: `bounced` after its mail server refused one for good, `suppressed` after a complaint or by an operator. */
export type AddressStatus = 'deliverable' | 'bounced' | 'suppressed';

export interface AffectedApiKey {
  /** API key */
  readonly id: string;
  readonly name: string;
  /** The part of the key by which people recognise it. */
  readonly hint: string;
  readonly outcome: ApiKeyOutcome;
  /** The scopes now. */
  readonly scopesBefore: readonly (string)[];
  /** The scopes afterwards. */
  readonly scopesAfter: readonly (string)[];
  /** To the minute. */
  readonly lastUsedAt: string | null;
}

export interface AffectedInvitation {
  /** Invitation */
  readonly id: string;
  readonly email: string;
  readonly role: Role;
}

export interface Amounts {
  /** Price, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are. */
  readonly usd: number;
  /** Price, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are. */
  readonly eur: number;
}

export interface ApiKey {
  /** API key */
  readonly id: string;
  readonly name: string;
  /** The part of the key by which people recognise it. */
  readonly hint: string;
  readonly scopes: readonly (string)[];
  /** User */
  readonly createdBy: string;
  /** When it was created. */
  readonly createdAt: string;
  /** Until when it works; null: without end. */
  readonly expiresAt: string | null;
  /** To the minute. */
  readonly lastUsedAt: string | null;
  readonly lastUsedFrom: Place | null;
  /** When it was revoked; null while it is not. */
  readonly revokedAt: string | null;
}

export interface ApiKeyCreated {
  /** API key */
  readonly apiKeyId: string;
  readonly name: string;
  readonly scopes: readonly (string)[];
  /** User */
  readonly createdBy: string;
  /** Until when it works; null: without end. */
  readonly expiresAt: string | null;
}

export interface ApiKeyCreatedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'api_key.created';
  readonly data: ApiKeyCreated;
}

export type ApiKeyOutcome = 'revoked' | 'changed';

export interface ApiKeyPage {
  readonly data: readonly (ApiKey)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface ApiKeyRevoked {
  /** API key */
  readonly apiKeyId: string;
  readonly name: string;
}

export interface ApiKeyRevokedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'api_key.revoked';
  readonly data: ApiKeyRevoked;
}

/** Default `live`. */
export type ApiKeyState = 'live' | 'revoked' | 'all';

export type AuditAction = 'user.registered' | 'user.email_verified' | 'user.updated' | 'user.suspended' | 'user.unsuspended' | 'user.deletion_requested' | 'user.restored' | 'user.exported' | 'session.created' | 'session.failed' | 'session.second_factor_failed' | 'session.confirmed' | 'session.ended' | 'session.moved' | 'session.refresh_reused' | 'email_link.requested' | 'password.changed' | 'password.reset_requested' | 'password.reset' | 'password.voided' | 'totp.added' | 'totp.removed' | 'recovery_codes.renewed' | 'recovery_code.used' | 'passkey.added' | 'passkey.renamed' | 'passkey.removed' | 'passkey.counter_fell_back' | 'factors.reset' | 'device.removed' | 'identity.linked' | 'identity.unlinked' | 'email.change_requested' | 'email.changed' | 'email.change_reverted' | 'organization.created' | 'organization.updated' | 'organization.deletion_requested' | 'organization.restored' | 'member.joined' | 'member.left' | 'member.removed' | 'member.role_changed' | 'member.account_closed' | 'member.account_reopened' | 'invitation.created' | 'invitation.resent' | 'invitation.declined' | 'invitation.revoked' | 'api_key.created' | 'api_key.updated' | 'api_key.rotated' | 'api_key.revoked' | 'api_key.taken_over' | 'api_key.effective_scopes_changed' | 'operator.made' | 'operator.revoked' | 'operator.searched' | 'operator.viewed' | 'impersonation.began' | 'impersonation.renewed' | 'impersonation.ended' | 'email.retried' | 'email.resent' | 'email.unsuppressed' | 'job.retried' | 'customer.adopted' | 'checkout.started' | 'purchase.started' | 'subscription.change_requested' | 'subscription.started' | 'subscription.changed' | 'subscription.cancellation_scheduled' | 'subscription.resumed' | 'subscription.ended' | 'subscription.trial_extended' | 'invoice.refund_asked' | 'entitlement.granted' | 'entitlement.withdrawn' | 'subscription.second_found' | 'invoice.paid' | 'invoice.payment_failed' | 'invoice.refunded' | 'purchase.withdrawn' | 'purchase.restored' | 'dispute.opened' | 'dispute.closed' | 'domain.claimed' | 'domain.verified' | 'domain.removed' | 'domain.record_missing' | 'domain.verification_lost' | 'domain.released' | 'policy.updated' | 'identity_provider.updated' | 'identity_provider.tested' | 'identity_provider.removed' | 'scim_token.created' | 'scim_token.deleted' | 'scim_user.created' | 'scim_user.updated' | 'scim_user.deleted' | 'scim_group.created' | 'scim_group.updated' | 'scim_group.deleted' | 'scim_group.role_changed' | 'webhook_endpoint.created' | 'webhook_endpoint.updated' | 'webhook_endpoint.deleted' | 'webhook_endpoint.secret_rotated' | 'webhook_endpoint.tested' | 'webhook_endpoint.replayed' | 'webhook_endpoint.disabled' | 'webhook_delivery.retried';

export interface AuditActor {
  readonly type: ActorType;
  readonly id: string | null;
}

/** Before and after, without secrets. */
export interface AuditDetails {
}

export interface AuditEvent {
  /** Event */
  readonly id: string;
  /** 1, 2, 3 … in the trail. */
  readonly sequence: number;
  /** When it happened. */
  readonly occurredAt: string;
  readonly action: string;
  readonly actor: AuditActor;
  readonly target: AuditTarget | null;
  readonly requestId: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly details: AuditDetails;
  /** SHA-256 over the hash of the event before and this event. */
  readonly hash: string;
}

export interface AuditEventPage {
  readonly data: readonly (AuditEvent)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface AuditTarget {
  readonly type: string;
  readonly id: string | null;
}

export interface AuthorizationServer {
  /** The `iss` of access tokens. */
  readonly issuer: string;
  /** The public keys of access tokens. */
  readonly jwks_uri: string;
  /** Exchanges tokens (RFC 8693). */
  readonly token_endpoint: string;
  /** `none`: the caller is a user, who sends an access token. */
  readonly token_endpoint_auth_methods_supported: readonly (string)[];
  /** Token exchange alone. */
  readonly grant_types_supported: readonly (string)[];
  /** None: there is no authorization endpoint. */
  readonly response_types_supported: readonly (string)[];
  /** RFC 7662. */
  readonly introspection_endpoint: string;
  /** How service clients authenticate. */
  readonly introspection_endpoint_auth_methods_supported: readonly (string)[];
  readonly service_documentation: string;
}

export interface BegunImpersonation {
  readonly impersonation: Impersonation;
  /** A token of the user that names the operator in `act` (RFC 8693). */
  readonly accessToken: string;
  readonly tokenType: 'Bearer';
  /** Seconds until the access token expires. */
  readonly expiresIn: number;
}

/** The plans and products for sale. */
export interface Catalog {
  readonly plans: readonly (Plan)[];
  readonly products: readonly (Product)[];
  readonly currencies: readonly (Currency)[];
  readonly minorDigits: MinorDigits;
}

export interface CheckoutSession {
  readonly id: string;
  readonly url: string;
  /** Until when it can be paid. */
  readonly expiresAt: string;
}

export interface ClaimDomain {
  /** Neither a public suffix nor of a mail provider. */
  readonly domain: string;
}

export interface ConfirmEmailVerification {
  /** The token of an emailed link. */
  readonly token: string;
}

export interface ConfirmPasswordReset {
  /** The token of an emailed link. */
  readonly token: string;
  /** 8 to 128 characters, any Unicode. */
  readonly password: string;
}

export interface ConfirmSession {
  /** 8 to 128 characters, any Unicode. */
  readonly password?: string | undefined;
  /** Six digits, as the authenticator app shows them. */
  readonly totp?: string | undefined;
  /** One of the recovery codes. It is used up. */
  readonly recoveryCode?: string | undefined;
  readonly credential?: SignedCredential | undefined;
  /** With `credential`: of `POST /v1/sessions/passkey/options`. */
  readonly challenge?: string | undefined;
}

export interface ConfirmTotp {
  /** Six digits, as the authenticator app shows them. */
  readonly code: string;
}

export interface ConfirmedSession {
  /** JWT; send it as `Authorization: Bearer`. */
  readonly accessToken: string;
  readonly tokenType: 'Bearer';
  /** Seconds until the access token expires. */
  readonly expiresIn: number;
}

export interface CreateApiKey {
  readonly name: string;
  /** Permissions; none that the caller lacks. */
  readonly scopes: readonly (Permission)[];
  /** Until when it works; without it, without end. */
  readonly expiresAt?: string | undefined;
}

export interface CreateCheckoutSession {
  /** A plan of GET /v1/plans. */
  readonly plan: string;
  readonly interval: Interval;
  /** One of usd, eur. */
  readonly currency?: string | undefined;
  readonly quantity?: number | undefined;
  readonly promotionCode?: string | undefined;
  /** End a checkout that is still open. */
  readonly replace?: boolean | undefined;
  /** Where to go after paying; on the origin of APP_URL or one of CORS_ORIGINS. */
  readonly successUrl: string;
  /** Where to go without; on the origin of APP_URL or one of CORS_ORIGINS. */
  readonly cancelUrl: string;
}

export interface CreateEmailChange {
  /** An email address. */
  readonly email: string;
  /** The current password. It may be left out after a recent sign-in or confirmation. */
  readonly password?: string | undefined;
}

export interface CreateEmailLink {
  /** An email address. */
  readonly email: string;
}

export interface CreateEmailVerification {
  /** An email address. */
  readonly email: string;
}

export interface CreateGrant {
  readonly feature?: GrantedFeature | undefined;
  readonly limit?: GrantedLimit | undefined;
  readonly quantity?: number | undefined;
  /** Until when. */
  readonly endsAt: string;
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface CreateImpersonation {
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
  /** For how long. */
  readonly minutes?: number | undefined;
  /** True: also to change things. */
  readonly mayChange?: boolean | undefined;
}

export interface CreateInvitation {
  readonly email: string;
  readonly role: Role;
}

export interface CreateOrganization {
  readonly name: string;
  /** Lower case letters, digits and dashes; unique. */
  readonly slug?: string | undefined;
}

export interface CreateOwnershipTransfer {
  /** The next owner, a member already. */
  readonly userId: string;
}

export interface CreatePasskey {
  /** The `challenge` that came with the options. */
  readonly challenge: string;
  readonly credential: CreatedCredential;
  /** What the person calls it, such as the device. */
  readonly name?: string | undefined;
}

export interface CreatePasskeySignInOptions {
  /** The `challenge.token` of `second_factor_required`. */
  readonly challenge?: string | undefined;
}

export interface CreatePasswordReset {
  /** An email address. */
  readonly email: string;
}

export interface CreatePortalSession {
  /** Where to go afterwards; on the origin of APP_URL or one of CORS_ORIGINS. */
  readonly returnUrl: string;
}

export interface CreatePurchase {
  /** A product of GET /v1/plans. */
  readonly product: string;
  /** One of usd, eur. */
  readonly currency?: string | undefined;
  readonly quantity?: number | undefined;
  /** Where to go after paying; on the origin of APP_URL or one of CORS_ORIGINS. */
  readonly successUrl: string;
  /** Where to go without; on the origin of APP_URL or one of CORS_ORIGINS. */
  readonly cancelUrl: string;
}

export interface CreateScimToken {
  readonly name: string;
}

export interface CreateSession {
  /** An email address. */
  readonly email: string;
  /** 8 to 128 characters, any Unicode. */
  readonly password?: string | undefined;
  readonly mode?: SessionMode | undefined;
  /** The `deviceToken` of an earlier sign-in on this device. Browsers in cookie mode send a cookie instead. */
  readonly deviceToken?: string | undefined;
}

export interface CreateSessionByEmailLink {
  /** The token of an emailed link. */
  readonly token?: string | undefined;
  /** An email address. */
  readonly email?: string | undefined;
  /** Six digits, as the email has them. With `email`. */
  readonly code?: string | undefined;
  readonly mode?: SessionMode | undefined;
  /** The `deviceToken` of an earlier sign-in on this device. Browsers in cookie mode send a cookie instead. */
  readonly deviceToken?: string | undefined;
}

export interface CreateSessionByPasskey {
  /** The `challenge` that came with the options. */
  readonly challenge: string;
  readonly credential: SignedCredential;
  readonly mode?: SessionMode | undefined;
  /** The `deviceToken` of an earlier sign-in on this device. Browsers in cookie mode send a cookie instead. */
  readonly deviceToken?: string | undefined;
}

export interface CreateSessionByProvider {
  /** The `code` that the callback has led back with. */
  readonly code: string;
  /** The `deviceToken` of an earlier sign-in on this device. Browsers in cookie mode send a cookie instead. */
  readonly deviceToken?: string | undefined;
}

export interface CreateSessionBySecondFactor {
  /** The `challenge.token` of the sign-in. */
  readonly challenge: string;
  /** Six digits, as the authenticator app shows them. */
  readonly totp?: string | undefined;
  /** One of the recovery codes. It is used up. */
  readonly recoveryCode?: string | undefined;
  readonly credential?: SignedCredential | undefined;
  /** True: sign-ins with this device need no second factor for 30 days. */
  readonly rememberDevice?: boolean | undefined;
  /** The `deviceToken` of an earlier sign-in on this device. Browsers in cookie mode send a cookie instead. */
  readonly deviceToken?: string | undefined;
}

export interface CreateUser {
  /** An email address. */
  readonly email: string;
  /** 8 to 128 characters, any Unicode. */
  readonly password: string;
  /** Empty: none. */
  readonly name?: string | undefined;
  /** A BCP 47 tag; emails are written in its language where there is a translation. */
  readonly locale?: string | undefined;
}

export interface CreateWebhookEndpoint {
  /** https, on port 443 unless another one is allowed. */
  readonly url: string;
  readonly description?: string | undefined;
  /** null: all, later ones too. */
  readonly eventTypes?: readonly (EventType)[] | null | undefined;
  /** True if events are delivered. */
  readonly enabled?: boolean | undefined;
}

export interface CreatedCredential {
  /** The id of the credential. In base64url. */
  readonly id: string;
  /** The same. In base64url. */
  readonly rawId: string;
  /** `public-key`. */
  readonly type: string;
  readonly response: CreatedCredentialResponse;
  readonly clientExtensionResults?: unknown | undefined;
  readonly authenticatorAttachment?: unknown | undefined;
}

export interface CreatedCredentialResponse {
  /** What the browser has seen. In base64url. */
  readonly clientDataJSON: string;
  /** The public key, and what it is. In base64url. */
  readonly attestationObject: string;
  readonly transports?: readonly (string)[] | undefined;
}

export type Currency = 'usd' | 'eur';

export interface DeleteMe {
  /** The current password. It may be left out after a recent sign-in or confirmation. */
  readonly password?: string | undefined;
}

export interface Device {
  /** Device */
  readonly id: string;
  /** When it was first signed in with. */
  readonly createdAt: string;
  /** When it was last signed in with. */
  readonly lastSeenAt: string;
  /** From where it was last signed in with. */
  readonly ipAddress: string | null;
  /** The program that it was last signed in with. */
  readonly userAgent: string | null;
  /** Until then a sign-in with it needs no second factor. Null: it always does. */
  readonly rememberedUntil: string | null;
}

export interface DevicePage {
  readonly data: readonly (Device)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

/** The DNS record that proves the claim. It has to stay. */
export interface DomainRecord {
  readonly type: 'TXT';
  /** Where the record has to be. */
  readonly name: string;
  /** Its text. */
  readonly value: string;
}

export interface EmailResent {
  readonly status: 'queued';
}

export interface EndGrant {
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface EntitledFeatures {
  readonly auditExport: boolean;
  readonly singleSignOn: boolean;
  readonly prioritySupport: boolean;
}

/** null: without limit. */
export interface EntitledLimits {
  readonly members: number | null;
  readonly projects: number | null;
  readonly apiCalls: number | null;
  readonly webhookEndpoints: number | null;
}

export interface EntitlementGrant {
  /** Grant */
  readonly id: string;
  /** The feature that is granted. */
  readonly feature: string | null;
  /** The limit that is raised. */
  readonly limit: string | null;
  /** By how much. */
  readonly quantity: number | null;
  readonly reason: string;
  /** Since when. */
  readonly createdAt: string;
  /** Until when. */
  readonly endsAt: string;
}

export interface EntitlementReason {
  readonly plan: string;
  /** Of the subscription that decides; none without one. */
  readonly status: string;
  readonly subscriptionId: string | null;
  /** Until when, as far as is known now. */
  readonly until: string | null;
}

export interface Entitlements {
  readonly features: FeatureFlags;
  readonly limits: LimitValues;
  readonly usage: LimitUsage;
  readonly because: EntitlementReason;
}

export interface EntitlementsChanged {
  readonly plan: PlanName;
  readonly features: EntitledFeatures;
  readonly limits: EntitledLimits;
}

export interface EntitlementsChangedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'entitlements.changed';
  readonly data: EntitlementsChanged;
}

export interface Event {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  /** As `GET /v1/event-types` lists them. */
  readonly type: string;
  readonly data: EventData;
}

/** By type. */
export interface EventData {
}

/** A payload as it is delivered. */
export interface EventExample {
}

export interface EventPage {
  readonly data: readonly (Event)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export type EventType = 'subscription.started' | 'subscription.changed' | 'subscription.ended' | 'invoice.paid' | 'invoice.payment_failed' | 'entitlements.changed' | 'usage.limit_near' | 'usage.limit_reached' | 'organization.updated' | 'member.joined' | 'member.left' | 'member.role_changed' | 'invitation.created' | 'invitation.accepted' | 'invitation.revoked' | 'api_key.created' | 'api_key.revoked';

export interface EventTypeDescription {
  readonly type: string;
  /** When it happens. */
  readonly about: string;
  readonly example: EventExample;
}

export interface EventTypes {
  readonly data: readonly (EventTypeDescription)[];
}

export interface ExchangeToken {
  readonly grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange';
  /** Of the other service. */
  readonly audience: string;
  /** The organization that the token speaks for */
  readonly organization: string;
  /** The access token of the request, if it is sent. */
  readonly subject_token?: string | undefined;
  readonly subject_token_type?: 'urn:ietf:params:oauth:token-type:access_token' | undefined;
  readonly requested_token_type?: 'urn:ietf:params:oauth:token-type:access_token' | undefined;
}

export interface ExchangedToken {
  readonly access_token: string;
  readonly issued_token_type: 'urn:ietf:params:oauth:token-type:access_token';
  readonly token_type: 'Bearer';
  /** In seconds. */
  readonly expires_in: number;
}

export interface ExtendTrial {
  /** The new end. */
  readonly until: string;
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface Factors {
  /** True if the account has a password. */
  readonly password: boolean;
  /** True if an authenticator app is set up. */
  readonly totp: boolean;
  /** How many passkeys there are. */
  readonly passkeys: number;
  /** How many recovery codes are left. */
  readonly recoveryCodes: number;
  /** How many devices need no second factor now. */
  readonly rememberedDevices: number;
  /** True if a sign-in needs two factors. */
  readonly required: boolean;
}

/** The error of one value. */
export interface Fault {
  /** `body`, `query` or `path`. */
  readonly in: string;
  /** A JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly message: string;
}

export type Feature = 'auditExport' | 'singleSignOn' | 'prioritySupport';

export interface FeatureFlags {
  readonly auditExport: boolean;
  readonly singleSignOn: boolean;
  readonly prioritySupport: boolean;
}

export interface FinishProviderSignInByForm {
  readonly code?: string | undefined;
  readonly state?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
  readonly error_description?: string | undefined;
  /** From Apple: the name. */
  readonly user?: string | undefined;
}

export type GrantedFeature = 'auditExport' | 'singleSignOn' | 'prioritySupport';

export type GrantedLimit = 'members' | 'projects' | 'apiCalls' | 'webhookEndpoints';

export interface Identities {
  readonly data: readonly (Identity)[];
}

export interface Identity {
  /** Identity */
  readonly id: string;
  readonly provider: string;
  /** At the provider, when it was linked. */
  readonly address: string | null;
  /** When it was linked. */
  readonly createdAt: string;
  /** The last sign-in with it. */
  readonly lastUsedAt: string | null;
}

export interface IdentityProvider {
  readonly name: string;
  /** For a button. */
  readonly label: string;
}

export interface IdentityProviderTest {
  readonly url: string;
}

export interface IdentityProviders {
  readonly data: readonly (IdentityProvider)[];
}

export interface Impersonation {
  /** Impersonation; also the `sid` of its tokens. */
  readonly id: string;
  /** The user in whose name the operator acts. */
  readonly userId: string;
  /** False: for reading only. */
  readonly mayChange: boolean;
  /** When it began. */
  readonly createdAt: string;
  /** When it ends, whatever else happens. */
  readonly expiresAt: string;
}

export interface ImpersonationList {
  readonly data: readonly (Impersonation)[];
}

/** How often it is paid. */
export type Interval = 'month' | 'year';

export interface IntrospectToken {
  readonly token: string;
  /** Ignored. */
  readonly token_type_hint?: string | undefined;
}

export interface Invitation {
  /** Invitation */
  readonly id: string;
  readonly email: string;
  readonly emailStatus: AddressStatus;
  readonly role: Role;
  /** User */
  readonly invitedBy: string;
  /** When it was emailed. */
  readonly createdAt: string;
  /** Until when it can be accepted. */
  readonly expiresAt: string;
}

export interface InvitationAccepted {
  /** Invitation */
  readonly invitationId: string;
  readonly email: string;
  /** User */
  readonly userId: string;
}

export interface InvitationAcceptedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'invitation.accepted';
  readonly data: InvitationAccepted;
}

export interface InvitationCreated {
  /** Invitation */
  readonly invitationId: string;
  readonly email: string;
  readonly role: Role;
  /** User */
  readonly invitedBy: string;
  /** Until when it can be accepted. */
  readonly expiresAt: string;
}

export interface InvitationCreatedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'invitation.created';
  readonly data: InvitationCreated;
}

export interface InvitationPage {
  readonly data: readonly (Invitation)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface InvitationRevoked {
  /** Invitation */
  readonly invitationId: string;
  readonly email: string;
}

export interface InvitationRevokedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'invitation.revoked';
  readonly data: InvitationRevoked;
}

export interface Inviter {
  readonly name: string | null;
}

/** permitted: everybody whose role has `members:invite`. owners: owners only. */
export type Inviters = 'permitted' | 'owners';

export interface InvitingOrganization {
  /** Organization */
  readonly id: string;
  readonly name: string;
}

export interface Invoice {
  readonly id: string;
  readonly number: string | null;
  /** open, paid, void or uncollectible. */
  readonly status: string;
  readonly currency: string;
  /** Total, tax included, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are. */
  readonly total: number;
  /** Paid, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are. */
  readonly amountPaid: number;
  /** Still to be paid, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are. */
  readonly amountRemaining: number;
  /** Given back by credit notes, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are. */
  readonly amountRefunded: number;
  readonly description: string;
  /** The one-off product, if it is for one. */
  readonly product: string | null;
  /** Why the product was taken back: revoked, dispute_lost. null: it was not. */
  readonly withdrawn: string | null;
  /** When it was made. */
  readonly createdAt: string;
  /** When it was paid. */
  readonly paidAt: string | null;
  /** When an unpaid one is tried again. */
  readonly nextPaymentAttempt: string | null;
  /** A page to see and pay it. */
  readonly hostedUrl: string | null;
  readonly pdfUrl: string | null;
}

export interface InvoicePage {
  readonly data: readonly (Invoice)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface InvoicePaid {
  readonly invoiceId: string;
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
}

export interface InvoicePaidEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'invoice.paid';
  readonly data: InvoicePaid;
}

export interface InvoicePaymentFailed {
  readonly invoiceId: string;
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** When it is tried again; null: it is not. */
  readonly nextAttemptAt: string | null;
}

export interface InvoicePaymentFailedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'invoice.payment_failed';
  readonly data: InvoicePaymentFailed;
}

export interface Jwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: string;
  readonly alg: string;
}

export interface JwkSet {
  readonly keys: readonly (Jwk)[];
}

export interface LiftSuppression {
  /** An email address. */
  readonly address: string;
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

/** The usage in this calendar month (UTC); for things that are counted, such as members, their number. */
export interface LimitUsage {
  readonly members?: number | undefined;
  readonly projects?: number | undefined;
  readonly apiCalls?: number | undefined;
  readonly webhookEndpoints?: number | undefined;
}

export interface LimitValues {
  /** null: without limit. */
  readonly members: number | null;
  /** null: without limit. */
  readonly projects: number | null;
  /** null: without limit. */
  readonly apiCalls: number | null;
  /** null: without limit. */
  readonly webhookEndpoints: number | null;
}

export interface LinkIdentity {
  /** The `code` that the callback has led back with. */
  readonly code: string;
  /** 8 to 128 characters, any Unicode. */
  readonly password?: string | undefined;
}

export interface LinkSent {
  readonly status: 'link_sent';
}

export interface Liveness {
  readonly status: 'ok';
}

export interface LookUpInvitation {
  readonly token: string;
}

export interface Member {
  /** User */
  readonly userId: string;
  readonly name: string | null;
  readonly email: string;
  readonly role: Role;
  /** When the person joined. */
  readonly joinedAt: string;
}

export interface MemberConsequences {
  readonly apiKeyCount: number;
  /** The first 100. */
  readonly apiKeys: readonly (AffectedApiKey)[];
  readonly invitationCount: number;
  /** Those that are revoked; the first 100. */
  readonly invitations: readonly (AffectedInvitation)[];
}

export interface MemberJoined {
  /** User */
  readonly userId: string;
  readonly role: Role;
  /** The invitation; null if there was none */
  readonly invitationId: string | null;
  /** The user who invited; null if nobody did */
  readonly invitedBy: string | null;
}

export interface MemberJoinedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'member.joined';
  readonly data: MemberJoined;
}

export interface MemberLeft {
  /** User */
  readonly userId: string;
  readonly role: Role;
  /** False for who left by themself. */
  readonly removed: boolean;
}

export interface MemberLeftEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'member.left';
  readonly data: MemberLeft;
}

export interface MemberPage {
  readonly data: readonly (Member)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface MemberRoleChanged {
  /** User */
  readonly userId: string;
  readonly role: Role;
  readonly previousRole: Role;
}

export interface MemberRoleChangedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'member.role_changed';
  readonly data: MemberRoleChanged;
}

/** How many digits of an amount are decimals, as Stripe counts: 2 where 1900 is 19.00. */
export interface MinorDigits {
  readonly usd: number;
  readonly eur: number;
}

export interface NewApiKey {
  /** API key */
  readonly id: string;
  readonly name: string;
  /** The part of the key by which people recognise it. */
  readonly hint: string;
  readonly scopes: readonly (string)[];
  /** User */
  readonly createdBy: string;
  /** When it was created. */
  readonly createdAt: string;
  /** Until when it works; null: without end. */
  readonly expiresAt: string | null;
  /** To the minute. */
  readonly lastUsedAt: string | null;
  readonly lastUsedFrom: Place | null;
  /** When it was revoked; null while it is not. */
  readonly revokedAt: string | null;
  /** The key itself; shown this once. */
  readonly secret: string;
}

export interface NewScimToken {
  /** SCIM token */
  readonly id: string;
  readonly name: string;
  /** The part of the token by which people recognise it. */
  readonly hint: string;
  /** User */
  readonly createdBy: string;
  /** When it was created. */
  readonly createdAt: string;
  /** To the minute. */
  readonly lastUsedAt: string | null;
  readonly lastUsedFrom: Place | null;
  /** The token itself; shown this once. */
  readonly secret: string;
}

export interface NewWebhookEndpoint {
  /** Webhook endpoint */
  readonly id: string;
  /** https, on port 443 unless another one is allowed. */
  readonly url: string;
  readonly description: string;
  /** null: all, later ones too. */
  readonly eventTypes: readonly (string)[] | null;
  /** True if events are delivered. */
  readonly enabled: boolean;
  readonly disabledReason: WebhookDisabledReason | null;
  /** When it was disabled. */
  readonly disabledAt: string | null;
  /** The first failed attempt since the last success. */
  readonly failingSince: string | null;
  /** Until when the secret before the last rotation signs too. */
  readonly previousSecretUntil: string | null;
  /** When it was created. */
  readonly createdAt: string;
  /** When it last changed. */
  readonly updatedAt: string;
  /** Verifies the signatures, as Standard Webhooks does; shown this once. */
  readonly secret: string;
}

export interface OperatorBilling {
  /** Stripe's. */
  readonly customerId: string | null;
  /** In force now. */
  readonly plan: string;
  readonly status: string;
  readonly features: OperatorBillingFeatures;
  readonly limits: LimitValues;
  readonly subscription: Subscription | null;
  readonly grants: readonly (EntitlementGrant)[];
}

export interface OperatorBillingFeatures {
  readonly auditExport: boolean;
  readonly singleSignOn: boolean;
  readonly prioritySupport: boolean;
}

export interface OperatorEmail {
  /** Email */
  readonly id: string;
  /** The user whom the email is about. */
  readonly userId: string | null;
  readonly template: string;
  readonly locale: string;
  readonly to: string;
  readonly status: OperatorEmailStatus;
  readonly attempts: number;
  /** The next try, if it is queued. */
  readonly nextAttemptAt: string | null;
  readonly lastError: string | null;
  /** What the mail server answered when it took the email. */
  readonly providerResponse: string | null;
  /** When it was queued. */
  readonly createdAt: string;
  /** When it was sent. */
  readonly sentAt: string | null;
  /** When it was given up. */
  readonly failedAt: string | null;
}

export interface OperatorEmailPage {
  readonly data: readonly (OperatorEmail)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export type OperatorEmailStatus = 'queued' | 'sent' | 'failed' | 'suppressed';

export interface OperatorFound {
  /** E.g. `user`, `organization`, `email`, `api_key`, `customer`. */
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly detail: string | null;
  /** The user on whose page it is. */
  readonly userId: string | null;
  /** The organization on whose page it is. */
  readonly organizationId: string | null;
}

export interface OperatorFoundList {
  readonly data: readonly (OperatorFound)[];
}

export interface OperatorJob {
  /** Job */
  readonly id: string;
  /** With `.dead` at its end for a dead letter. */
  readonly queue: string;
  readonly state: OperatorJobState;
  /** When it was queued. */
  readonly createdAt: string;
  /** When it runs at the earliest. */
  readonly startAfter: string;
  readonly retries: number;
  /** Why the last try failed. */
  readonly reason: string | null;
  /** The ids that its data names. */
  readonly about: Readonly<Record<string, string>>;
}

export interface OperatorJobPage {
  readonly data: readonly (OperatorJob)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export type OperatorJobState = 'waiting' | 'later' | 'running' | 'failing' | 'dead';

export interface OperatorOrganization {
  /** Organization */
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly personal: boolean;
  /** When it was founded. */
  readonly createdAt: string;
  /** When the deleted organization is purged. */
  readonly purgeAt: string | null;
  readonly members: number;
  /** Those that are not revoked. */
  readonly apiKeys: number;
  readonly openInvitations: number;
}

export interface OperatorProfile {
  /** User */
  readonly userId: string;
  /** When the person was made an operator. */
  readonly since: string;
}

export interface OperatorQueue {
  readonly queue: string;
  /** Jobs that could run now. */
  readonly waiting: number;
  /** Jobs that are to run later. */
  readonly later: number;
  readonly running: number;
  /** Jobs that have failed, and will be tried again. */
  readonly failing: number;
  /** Jobs that have failed for the last time. */
  readonly dead: number;
  /** How long the oldest job has been waiting. */
  readonly oldestSeconds: number;
}

export interface OperatorQueueList {
  readonly data: readonly (OperatorQueue)[];
}

export interface OperatorRefund {
  readonly creditNote: string;
  /** Given back, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are. */
  readonly amount: number;
  readonly currency: string;
}

export interface OperatorSession {
  /** Session */
  readonly id: string;
  /** When it began. */
  readonly createdAt: string;
  /** When its tokens were last refreshed. */
  readonly lastUsedAt: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** How the person signed in (RFC 8176). */
  readonly amr: readonly (string)[];
  /** The operator who acts in it. */
  readonly actorId: string | null;
}

export interface OperatorSessionPage {
  readonly data: readonly (OperatorSession)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface OperatorSuppression {
  readonly address: string;
  readonly scope: OperatorSuppressionScope;
  readonly reason: string;
  readonly provider: string | null;
  readonly detail: string | null;
  /** Since when. */
  readonly createdAt: string;
}

export interface OperatorSuppressionList {
  readonly data: readonly (OperatorSuppression)[];
}

export type OperatorSuppressionScope = 'all' | 'bulk';

export interface OperatorUser {
  /** User */
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly locale: string;
  readonly state: OperatorUserState;
  /** True for an operator, in whose name nobody may act. */
  readonly operator: boolean;
  /** When the account was registered. */
  readonly createdAt: string;
  /** When the address was verified. */
  readonly emailVerifiedAt: string | null;
  /** Since when the account is suspended. */
  readonly suspendedAt: string | null;
  /** When the deleted account is purged. */
  readonly purgeAt: string | null;
  readonly hasPassword: boolean;
  readonly factors: OperatorUserFactors;
  readonly emailStatus: AddressStatus;
  /** E.g. the organizations of the person. */
  readonly related: readonly (OperatorFound)[];
}

export interface OperatorUserFactors {
  readonly totp: boolean;
  readonly passkeys: number;
  readonly recoveryCodes: number;
}

export type OperatorUserState = 'active' | 'unverified' | 'suspended' | 'deleted';

export interface Organization {
  /** Organization */
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  /** True for the organization that each person gets. */
  readonly personal: boolean;
  /** When it was founded. */
  readonly createdAt: string;
  /** When its name or slug last changed. */
  readonly updatedAt: string;
}

export interface OrganizationDomain {
  /** Domain */
  readonly id: string;
  /** In lower case; an international domain in ASCII. */
  readonly domain: string;
  readonly record: DomainRecord;
  /** Since when the domain is verified for this organization; null: it is not. */
  readonly verifiedAt: string | null;
  /** When the nameservers last told whether the record is there. */
  readonly checkedAt: string | null;
  /** When the record was found to be gone. Five days later, the domain is no longer verified. */
  readonly missingSince: string | null;
  /** When it was claimed. */
  readonly createdAt: string;
}

export interface OrganizationDomainPage {
  readonly data: readonly (OrganizationDomain)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface OrganizationIdentityProvider {
  /** https; the provider is found by discovery. */
  readonly issuer: string;
  readonly clientId: string;
  readonly defaultRole: Role;
  /** True: people with an address of the verified domains sign in with it alone, but for an owner with a passkey. Needs a test run. */
  readonly enforced: boolean;
  /** True: if the ID token has `mfa` in `amr` (RFC 8176), the session has proven a second factor, for accounts that have none of their own here. */
  readonly acceptsSecondFactor: boolean;
  /** Its name, for `POST /v1/sessions/provider/{provider}/start`. */
  readonly provider: string;
  /** To be registered at the provider. */
  readonly redirectUri: string;
  /** The last test run; null: it does not count yet. */
  readonly testedAt: string | null;
  /** When it last changed. */
  readonly updatedAt: string;
}

export interface OrganizationPolicy {
  /** True: members act only in sessions that two factors have proven. Without, they get `organization_second_factor_required`. */
  readonly requireSecondFactor: boolean;
  /** So long after they last proved who they are, members get `organization_sign_in_required`. Without it, or null: as long as the session lives. */
  readonly sessionMinutes: number | null;
  readonly inviters: Inviters;
}

export interface OrganizationUpdated {
  readonly name: string;
  readonly slug: string;
  readonly previous: PreviousNames;
}

export interface OrganizationUpdatedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'organization.updated';
  readonly data: OrganizationUpdated;
}

export interface OwnOrganization {
  /** Organization */
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  /** True for the organization that each person gets. */
  readonly personal: boolean;
  /** When it was founded. */
  readonly createdAt: string;
  /** When its name or slug last changed. */
  readonly updatedAt: string;
  readonly role: Role;
}

export interface OwnOrganizationPage {
  readonly data: readonly (OwnOrganization)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface Passkey {
  /** Passkey */
  readonly id: string;
  readonly name: string;
  /** When it was added. */
  readonly createdAt: string;
  /** When it last signed in, or confirmed. */
  readonly lastUsedAt: string | null;
  /** True if it is copied to other devices of the person. */
  readonly backedUp: boolean;
  /** How the browser reaches it, such as `internal` or `usb`. */
  readonly transports: readonly (string)[];
  /** The model of the authenticator; zeros if it does not say. */
  readonly aaguid: string;
}

export interface PasskeyOptions {
  /** To be sent with the answer, within 10 minutes. */
  readonly challenge: string;
  /** For the browser, as JSON (WebAuthn level 3, section 5.1). */
  readonly options: unknown;
}

export interface PasskeyPage {
  readonly data: readonly (Passkey)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

/** The payment method of the next invoice: the subscription's, else the customer's default. */
export interface PaymentMethod {
  readonly type: string;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expMonth: number | null;
  readonly expYear: number | null;
}

/** A permission, as operations need it. */
export type Permission = 'organization:read' | 'organization:update' | 'organization:delete' | 'members:read' | 'members:invite' | 'members:manage' | 'owners:manage' | 'api-keys:read' | 'api-keys:write' | 'audit:read' | 'billing:read' | 'billing:manage' | 'usage:report' | 'company-sign-in:read' | 'company-sign-in:manage' | 'policy:read' | 'policy:manage' | 'scim:read' | 'scim:manage' | 'webhooks:read' | 'webhooks:manage';

export interface Place {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

export interface Plan {
  readonly plan: string;
  readonly name: string;
  readonly description: string;
  readonly prices: Prices | null;
  /** True where the price is per member. */
  readonly perSeat: boolean;
  /** Once per organization. */
  readonly trialDays: number;
  readonly features: readonly (Feature)[];
  readonly limits: LimitValues;
  readonly usage: readonly (UsagePrice)[];
}

export type PlanName = 'free' | 'pro' | 'scale';

export interface PortalSession {
  /** Works once, for a short time. */
  readonly url: string;
}

export interface PreviewLine {
  readonly description: string;
  /** Amount, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are. */
  readonly amount: number;
  readonly proration: boolean;
}

export interface PreviewSubscription {
  /** A plan of GET /v1/plans. */
  readonly plan?: string | undefined;
  readonly interval?: Interval | undefined;
  readonly quantity?: number | undefined;
  /** `prorationDate` of a preview of the last hour: then what it showed is charged. By default now. */
  readonly prorationDate?: string | undefined;
}

export interface PreviousNames {
  readonly name: string;
  readonly slug: string;
}

export interface Prices {
  readonly month: Amounts;
  readonly year: Amounts;
}

export interface Product {
  readonly product: string;
  readonly name: string;
  readonly description: string;
  readonly price: Amounts;
  readonly adds: AddedLimits;
}

export interface ProvenInvitation {
  /** Invitation */
  readonly id: string;
  /** The invited address. */
  readonly email: string;
  readonly role: Role;
  readonly organization: InvitingOrganization;
  readonly inviter: Inviter;
  /** When it was first emailed. */
  readonly createdAt: string;
  /** Until when it can be accepted. */
  readonly expiresAt: string;
  /** True if the address has a confirmed account. */
  readonly hasAccount: boolean;
}

export interface ProviderSignInStart {
  readonly url: string;
}

export interface PutOrganizationIdentityProvider {
  /** https; the provider is found by discovery. */
  readonly issuer: string;
  readonly clientId: string;
  readonly defaultRole: Role;
  /** True: people with an address of the verified domains sign in with it alone, but for an owner with a passkey. Needs a test run. */
  readonly enforced: boolean;
  /** True: if the ID token has `mfa` in `amr` (RFC 8176), the session has proven a second factor, for accounts that have none of their own here. Absent: it stays as it is, and is false at first. */
  readonly acceptsSecondFactor?: boolean | undefined;
  /** Absent: it stays as it is. */
  readonly clientSecret?: string | undefined;
}

export interface PutOrganizationPolicy {
  /** True: members act only in sessions that two factors have proven. Without, they get `organization_second_factor_required`. */
  readonly requireSecondFactor: boolean;
  /** So long after they last proved who they are, members get `organization_sign_in_required`. Without it, or null: as long as the session lives. */
  readonly sessionMinutes?: number | null | undefined;
  readonly inviters: Inviters;
}

export interface Readiness {
  readonly status: ReadinessStatus;
  readonly checks: Readonly<Record<string, string>>;
}

export type ReadinessStatus = 'ok' | 'degraded' | 'unavailable';

export interface ReceivedInvitation {
  /** Invitation */
  readonly id: string;
  /** The invited address. */
  readonly email: string;
  readonly role: Role;
  readonly organization: InvitingOrganization;
  readonly inviter: Inviter;
  /** When it was first emailed. */
  readonly createdAt: string;
  /** Until when it can be accepted. */
  readonly expiresAt: string;
}

export interface ReceivedInvitationPage {
  readonly data: readonly (ReceivedInvitation)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface RecoveryCodes {
  /** Ten codes. They are shown this once. */
  readonly codes: readonly (string)[];
}

export interface RefreshSession {
  readonly refreshToken?: string | undefined;
}

export interface RefundInvoice {
  /** Stripe's. */
  readonly invoiceId: string;
  /** In minor units. */
  readonly amount?: number | undefined;
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface RegisterByInvitation {
  readonly token: string;
  /** 8 to 128 characters. */
  readonly password: string;
  /** Empty: none. */
  readonly name?: string | undefined;
  /** A BCP 47 tag. */
  readonly locale?: string | undefined;
}

export interface RegisteredByInvitation {
  /** User */
  readonly userId: string;
  readonly email: string;
  /** Organization */
  readonly organizationId: string;
  readonly role: Role;
}

export interface RelatedOrigins {
  readonly origins: readonly (string)[];
}

export interface ReplayWebhooks {
  /** Events at or after this instant. */
  readonly since: string;
  readonly types?: readonly (EventType)[] | undefined;
}

export interface ReportUsage {
  /** One of apiCalls. */
  readonly meter: string;
  readonly quantity: number;
  /** When, if not now; at most 30 days ago. */
  readonly occurredAt?: string | undefined;
}

export interface RequestDeletion {
  /** The current password. It may be left out after a recent sign-in or confirmation. */
  readonly password?: string | undefined;
}

export interface ResendEmail {
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface ResetSent {
  readonly status: 'reset_sent';
}

export interface ResetUserFactors {
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface RestoreMe {
  /** The token of an emailed link. */
  readonly token: string;
}

export interface RetryEmail {
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface RetryJob {
  /** A queue. */
  readonly queue: string;
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface RevertEmailChange {
  /** The token of an emailed link. */
  readonly token: string;
}

export interface RevokeSession {
  readonly refreshToken: string;
}

/** The role of a member, which decides what they may do. */
export type Role = 'owner' | 'admin' | 'member' | 'billing';

export interface RotateApiKey {
  /** Default 0. */
  readonly graceSeconds?: number | undefined;
}

export interface ScimGroup {
  /** Group */
  readonly id: string;
  readonly displayName: string;
  /** The id of the directory. */
  readonly externalId: string | null;
  readonly role: Role | null;
  readonly memberCount: number;
}

export interface ScimGroupPage {
  readonly data: readonly (ScimGroup)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface ScimToken {
  /** SCIM token */
  readonly id: string;
  readonly name: string;
  /** The part of the token by which people recognise it. */
  readonly hint: string;
  /** User */
  readonly createdBy: string;
  /** When it was created. */
  readonly createdAt: string;
  /** To the minute. */
  readonly lastUsedAt: string | null;
  readonly lastUsedFrom: Place | null;
}

export interface ScimTokenPage {
  readonly data: readonly (ScimToken)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface Session {
  /** Session */
  readonly id: string;
  /** True for the session that calls. */
  readonly current: boolean;
  /** When it began. */
  readonly createdAt: string;
  /** When its tokens were last refreshed. */
  readonly lastUsedAt: string;
  /** From where it was signed in. */
  readonly ipAddress: string | null;
  /** The program that it was signed in with. */
  readonly userAgent: string | null;
  readonly lastUsedFrom: Place;
  /** True if an operator acts in your name in it, for a limited time. */
  readonly bySupport: boolean;
}

/** Where the refresh token goes; default `bearer`. */
export type SessionMode = 'bearer' | 'cookie';

export interface SessionPage {
  readonly data: readonly (Session)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

/** With second_factor_required: what completes the sign-in. */
export interface SignInChallenge {
  /** To be sent with the answer. */
  readonly token: string;
  /** The factors that the person can prove; one is enough. */
  readonly factors: readonly (string)[];
  /** When the sign-in must begin again. */
  readonly expiresAt: string;
}

export interface SignedCredential {
  /** The id of the credential. In base64url. */
  readonly id: string;
  /** The same. In base64url. */
  readonly rawId: string;
  /** `public-key`. */
  readonly type: string;
  readonly response: SignedCredentialResponse;
  readonly clientExtensionResults?: unknown | undefined;
  readonly authenticatorAttachment?: unknown | undefined;
}

export interface SignedCredentialResponse {
  /** What the browser has seen. In base64url. */
  readonly clientDataJSON: string;
  /** What the authenticator has checked. In base64url. */
  readonly authenticatorData: string;
  /** The signature. In base64url. */
  readonly signature: string;
  /** The id of the account, in base64url. */
  readonly userHandle?: unknown | undefined;
}

export interface SignedIn {
  /** JWT; send it as `Authorization: Bearer`. */
  readonly accessToken: string;
  readonly tokenType: 'Bearer';
  /** Seconds until the access token expires. */
  readonly expiresIn: number;
  /** In bearer mode; in cookie mode it is in the cookie. */
  readonly refreshToken?: string | undefined;
  /** In bearer mode, at a sign-in on a device that is not known: keep it, and send it with later sign-ins. The device is then known: strangers who guess passwords do not lock it out, and a sign-in with it is not emailed as new. */
  readonly deviceToken?: string | undefined;
  readonly user: User;
}

export interface StartProviderSignIn {
  /** A path of the frontend; it is handed back with the code. Default `/`. */
  readonly returnTo?: string | undefined;
  readonly mode?: SessionMode | undefined;
}

export interface Subscription {
  readonly id: string;
  /** null: one that is not in the catalog. */
  readonly plan: string | null;
  /** As Stripe names it: trialing, active, past_due, unpaid, paused, incomplete. */
  readonly status: string;
  readonly interval: string | null;
  readonly currency: string;
  /** Price of one, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are. */
  readonly unitAmount: number | null;
  readonly quantity: number;
  /** When the paid period ends. */
  readonly currentPeriodEnd: string | null;
  /** When the trial ends or ended. */
  readonly trialEnd: string | null;
  /** When it will end; null: it renews. */
  readonly cancelAt: string | null;
  /** Since when a payment is overdue. */
  readonly pastDueSince: string | null;
  /** A change waits for its payment until then; null: none does. */
  readonly pendingUntil: string | null;
  /** Where its newest open invoice can be paid; null: none is open. */
  readonly openInvoiceUrl: string | null;
  readonly paymentMethod: PaymentMethod | null;
}

export interface SubscriptionChanged {
  readonly subscriptionId: string;
  /** null: none that the catalog knows. */
  readonly plan: string | null;
  readonly interval: string | null;
  readonly quantity: number;
  readonly currency: string;
  /** For one, in minor units. */
  readonly unitAmount: number | null;
}

export interface SubscriptionChangedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'subscription.changed';
  readonly data: SubscriptionChanged;
}

export interface SubscriptionEnded {
  readonly subscriptionId: string;
  /** null: none that the catalog knows. */
  readonly plan: string | null;
  /** When it ended. */
  readonly endedAt: string;
}

export interface SubscriptionEndedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'subscription.ended';
  readonly data: SubscriptionEnded;
}

export interface SubscriptionPreview {
  readonly currency: string;
  /** The amount that would be charged now; negative: credited for later, in minor units of the currency: "minorDigits" of GET /v1/plans says how many decimals that are. */
  readonly dueNow: number;
  readonly lines: readonly (PreviewLine)[];
  /** From when it is prorated. Send it with the change, and what was shown is charged. */
  readonly prorationDate: string;
}

export interface SubscriptionStarted {
  readonly subscriptionId: string;
  /** null: none that the catalog knows. */
  readonly plan: string | null;
  readonly interval: string | null;
  readonly quantity: number;
  readonly currency: string;
  /** For one, in minor units. */
  readonly unitAmount: number | null;
}

export interface SubscriptionStartedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'subscription.started';
  readonly data: SubscriptionStarted;
}

export interface SuspendUser {
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface TestOrganizationIdentityProvider {
  readonly returnTo?: string | undefined;
}

export interface TestWebhookEndpoint {
  readonly type: EventType;
}

export interface TokenIntrospection {
  /** If false, there are no other members. */
  readonly active: boolean;
  readonly token_type?: string | undefined;
  readonly iss?: string | undefined;
  readonly aud?: string | undefined;
  readonly client_id?: string | undefined;
  readonly jti?: string | undefined;
  /** The user. */
  readonly sub?: string | undefined;
  /** The session. */
  readonly sid?: string | undefined;
  readonly iat?: number | undefined;
  readonly exp?: number | undefined;
  /** How the person signed in (RFC 8176). */
  readonly amr?: readonly (string)[] | undefined;
  /** When. */
  readonly auth_time?: number | undefined;
  readonly organization?: string | undefined;
  readonly role?: string | undefined;
  /** Of this moment, as `role` is. */
  readonly permissions?: readonly (string)[] | undefined;
}

export interface TokenRevocation {
  /** The `sid` of tokens that are refused from now on. */
  readonly sessionId: string;
  /** When the session ended. */
  readonly endedAt: string;
}

export interface TokenRevocations {
  readonly data: readonly (TokenRevocation)[];
  /** The `since` of the next request. */
  readonly next: string;
  /** True if there is more now: ask again at once. */
  readonly more: boolean;
}

export interface TotpSetup {
  /** In base 32, to be typed into an authenticator app. */
  readonly secret: string;
  /** An `otpauth:` URI. */
  readonly uri: string;
  /** The QR code of the URI: an SVG image as a `data:` URL. */
  readonly qrCode: string;
}

export interface UnsubscribeEmail {
  /** From the link in the email. */
  readonly token: string;
}

export interface UnsuspendUser {
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface UpdateApiKey {
  readonly name?: string | undefined;
  /** Permissions; none that the caller lacks. */
  readonly scopes?: readonly (Permission)[] | undefined;
  /** Until when it works; null: without end. An empty string does the same as null. */
  readonly expiresAt?: string | null | undefined;
}

export interface UpdateMe {
  /** Empty: none. */
  readonly name?: string | null | undefined;
  /** A BCP 47 tag; emails are written in its language where there is a translation. */
  readonly locale?: string | undefined;
}

export interface UpdateMember {
  readonly role: Role;
}

export interface UpdateOrganization {
  readonly name?: string | undefined;
  /** Lower case letters, digits and dashes; unique. */
  readonly slug?: string | undefined;
}

export interface UpdatePasskey {
  /** What the person calls it, such as the device. */
  readonly name: string;
}

export interface UpdatePassword {
  /** The current password. It may be left out after a recent sign-in or confirmation. */
  readonly currentPassword?: string | undefined;
  /** 8 to 128 characters, any Unicode. */
  readonly newPassword: string;
}

export interface UpdateScimGroup {
  /** A role other than owner; null for none. An empty string does the same as null. */
  readonly role: string | null;
}

export interface UpdateSubscription {
  /** A plan of GET /v1/plans. */
  readonly plan?: string | undefined;
  readonly interval?: Interval | undefined;
  readonly quantity?: number | undefined;
  /** `prorationDate` of a preview of the last hour: then what it showed is charged. By default now. */
  readonly prorationDate?: string | undefined;
  readonly cancelAtPeriodEnd?: boolean | undefined;
}

export interface UpdateWebhookEndpoint {
  /** https, on port 443 unless another one is allowed. */
  readonly url?: string | undefined;
  readonly description?: string | undefined;
  /** null: all, later ones too. */
  readonly eventTypes?: readonly (EventType)[] | null | undefined;
  /** True if events are delivered. */
  readonly enabled?: boolean | undefined;
}

export interface UsageAccepted {
  readonly status: 'accepted';
}

export interface UsageLimitNear {
  /** Its name in the catalog. */
  readonly limit: string;
  readonly used: number;
  readonly allowed: number;
  /** The beginning of the calendar month (UTC). */
  readonly periodStart: string;
}

export interface UsageLimitNearEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'usage.limit_near';
  readonly data: UsageLimitNear;
}

export interface UsageLimitReached {
  /** Its name in the catalog. */
  readonly limit: string;
  readonly used: number;
  readonly allowed: number;
  /** The beginning of the calendar month (UTC). */
  readonly periodStart: string;
}

export interface UsageLimitReachedEvent {
  /** `evt_…`, in the order of time. The same in each attempt to deliver it. */
  readonly id: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Organization */
  readonly organizationId: string;
  readonly type: 'usage.limit_reached';
  readonly data: UsageLimitReached;
}

export interface UsagePrice {
  readonly meter: string;
  readonly included: number;
  readonly perThousand: Amounts;
}

export interface UsageSum {
  readonly meter: string;
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly quantity: number;
}

export interface User {
  /** User */
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly locale: string;
  /** When the account was registered. */
  readonly createdAt: string;
  /** When the account last changed. */
  readonly updatedAt: string;
  readonly emailStatus?: AddressStatus | undefined;
}

export interface VerificationSent {
  readonly status: 'verification_sent';
}

export interface VerifyUser {
  /** Why. It is in the audit trail of whomever it is about, who may read it. */
  readonly reason: string;
}

export interface WebhookAttempt {
  /** When it began. */
  readonly at: string;
  readonly durationMs: number;
  /** Of the answer; null if there was none. */
  readonly status: number | null;
  /** Why it does not count; null for a success. */
  readonly error: string | null;
  /** The beginning of the answer, up to 1 KB. */
  readonly body: string | null;
}

export interface WebhookDelivery {
  /** Delivery */
  readonly id: string;
  /** `evt_…`; the `webhook-id` of each attempt. */
  readonly eventId: string;
  readonly type: string;
  readonly status: WebhookDeliveryStatus;
  /** When the event happened. */
  readonly occurredAt: string;
  /** When the next attempt is due; null: none is. */
  readonly nextAttemptAt: string | null;
  /** The last ones, oldest first. */
  readonly attempts: readonly (WebhookAttempt)[];
}

export interface WebhookDeliveryPage {
  readonly data: readonly (WebhookDelivery)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export type WebhookDeliveryStatus = 'pending' | 'succeeded' | 'failed';

/** request: by somebody who may. gone: it answered 410. failing: five days without a success. operator: by us. */
export type WebhookDisabledReason = 'request' | 'gone' | 'failing' | 'operator';

export interface WebhookEndpoint {
  /** Webhook endpoint */
  readonly id: string;
  /** https, on port 443 unless another one is allowed. */
  readonly url: string;
  readonly description: string;
  /** null: all, later ones too. */
  readonly eventTypes: readonly (string)[] | null;
  /** True if events are delivered. */
  readonly enabled: boolean;
  readonly disabledReason: WebhookDisabledReason | null;
  /** When it was disabled. */
  readonly disabledAt: string | null;
  /** The first failed attempt since the last success. */
  readonly failingSince: string | null;
  /** Until when the secret before the last rotation signs too. */
  readonly previousSecretUntil: string | null;
  /** When it was created. */
  readonly createdAt: string;
  /** When it last changed. */
  readonly updatedAt: string;
}

export interface WebhookEndpointPage {
  readonly data: readonly (WebhookEndpoint)[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

export interface WebhookReplay {
  /** How many were added. */
  readonly deliveries: number;
}

export interface WebhookStored {
  readonly status: 'stored';
}

/** What a problem may carry beside its code. */
export interface ProblemExtensions {
  /** With weak_password: the reasons. */
  readonly reasons?: readonly (string)[] | undefined;
  readonly challenge?: SignInChallenge | undefined;
  /** With recent_sign_in_required: how the person can prove it; one is enough. */
  readonly proofs?: readonly (string)[] | undefined;
  /** With company_sign_in_required: the provider that the person has to use. */
  readonly provider?: string | undefined;
  /** With second_factor_incorrect: the wrong answers that the challenge still allows. */
  readonly attemptsLeft?: number | undefined;
  /** With forbidden: the missing permission. */
  readonly permission?: string | undefined;
  /** With validation_failed: the errors, one per value. */
  readonly errors?: readonly (Fault)[] | undefined;
}
