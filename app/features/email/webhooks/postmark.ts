/**
 * Postmark does not sign its webhooks: it calls a URL with credentials in it (https://user:password@…), and its addresses are known.
 */
import { BlockList, isIP } from 'node:net';
import { equalSecrets, sha256 } from '../../../platform/security/random.ts';
import { emailErrors } from '../errors.ts';
import {
  asText,
  detailOf,
  type Feedback,
  type FeedbackProvider,
  parseObject,
  type WebhookRequest,
} from './feedback.ts';

export interface PostmarkOptions {
  /** `user:password`, as in the webhook's URL; several while rotating. */
  credentials: readonly string[];
  /** Addresses or CIDR blocks that may call; empty: any. */
  sources?: readonly string[];
}

export function createPostmarkProvider({ credentials, sources = [] }: PostmarkOptions): FeedbackProvider {
  const accepted = credentials.map((pair) => sha256(`Basic ${Buffer.from(pair).toString('base64')}`));
  if (accepted.length === 0 || credentials.some((pair) => !/^[^:]+:.{16,}$/s.test(pair))) {
    throw new Error('Postmark webhook credentials are user:password with at least 16 characters of password');
  }
  const allowed = sources.length > 0 ? blockListOf(sources) : undefined;

  return {
    async read(request) {
      verify(request, accepted, allowed);
      return feedbackOf(parseObject(request.body.toString('utf8')));
    },
  };
}

function verify(
  { headers, ipAddress }: WebhookRequest,
  accepted: readonly Buffer[],
  allowed: BlockList | undefined,
): void {
  const given = sha256(asText(headers.authorization));
  const known = accepted.some((digest) => equalSecrets(digest, given));
  if (!known || (allowed && !allowed.check(ipAddress, familyOf(ipAddress)))) throw emailErrors.invalid_signature();
}

/** `BadEmailAddress`: the mailbox can't exist. Every other type of bounce may pass. */
const HARD_BOUNCES = new Set(['HardBounce', 'BadEmailAddress']);

/** Why Postmark sends an address nothing more, in its words (postmarkapp.com/developer/webhooks/subscription-change-webhook). */
const SUPPRESSIONS: Readonly<Record<string, 'hard_bounce' | 'complaint'>> = {
  HardBounce: 'hard_bounce',
  SpamComplaint: 'complaint',
  // The recipient or the account's owner asked for it.
  ManualSuppression: 'complaint',
};

/** Suppressions that are added or lifted at Postmark: it sends to the address only as it says there. */
function subscriptionChange({
  Recipient: recipient,
  SuppressSending: stops,
  SuppressionReason: why,
}: Body): Feedback[] {
  const address = asText(recipient);
  if (stops === false) return [{ address, reason: 'reactivated', detail: 'SubscriptionChange' }];
  const reason = SUPPRESSIONS[asText(why)];
  return stops === true && reason ? [{ address, reason, detail: detailOf(why) }] : [];
}

type Body = Record<string, unknown>;

function feedbackOf(body: Body): Feedback[] {
  const { RecordType: record, Type: type, Email: email } = body;
  const address = asText(email);
  if (record === 'SubscriptionChange') return subscriptionChange(body);
  if (record === 'SpamComplaint' || (record === 'Bounce' && type === 'SpamComplaint')) {
    return [{ address, reason: 'complaint', detail: detailOf(type) }];
  }
  if (record !== 'Bounce' || !HARD_BOUNCES.has(asText(type))) return [];
  return [{ address, reason: 'hard_bounce', detail: detailOf(type) }];
}

function blockListOf(sources: readonly string[]): BlockList {
  const list = new BlockList();
  for (const source of sources) {
    const [address = '', prefix] = source.split('/');
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
