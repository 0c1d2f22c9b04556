/** Stripe's test cards, by number and by token (docs.stripe.com/testing). None of the numbers is a real card. */

/** The effects of a test card, besides paying. */
export interface CardBehaviour {
  brand: string;
  country: string;
  funding: 'credit' | 'debit' | 'prepaid';
  /** The decline code of every charge. Attaching the card fails with it too, unless `attaches`. */
  declines?: string;
  attaches?: boolean;
  /**
   * When the card asks for 3-D Secure: at each payment; unless it passed 3-D Secure while being set up, and then only on-session; or on-session
   * only, as if it had been set up before.
   */
  authentication?: 'always' | 'unless_set_up' | 'on_session';
  /** The decline code of charges after 3-D Secure was passed. */
  declinesAuthenticated?: string;
  /** Charges succeed, and these disputes follow at once. An inquiry is a dispute that takes no money yet. */
  disputes?: { reason: string; inquiry?: true; caseType?: string; eligibility?: string }[];
  risk?: 'elevated' | 'highest';
  /** The refund starts as pending and succeeds later, or starts as succeeded and fails later. */
  refund?: 'pending' | 'fails';
  /** The checks that fail if the card's holder gives what is checked. */
  failingChecks?: ('address_line1_check' | 'address_postal_code_check' | 'cvc_check')[];
}

export interface TestCard extends CardBehaviour {
  /** The number, or the token for cards that have no number of their own. */
  key: string;
  last4: string;
}

const FRAUDULENT = [{ reason: 'fraudulent' }];

/** Number; the names after `pm_card_` and `tok_`; what differs from a Visa credit card of the US that pays. */
const CARDS: [number: string, names: string, behaviour?: Partial<CardBehaviour>][] = [
  ['4242424242424242', 'visa us'],
  ['4000056655665556', 'visa_debit', { funding: 'debit' }],
  ['5555555555554444', 'mastercard'],
  ['2223003122003222', ''],
  ['5200828282828210', 'mastercard_debit', { funding: 'debit' }],
  ['5105105105105100', 'mastercard_prepaid', { funding: 'prepaid' }],
  ['378282246310005', 'amex amex_threeDSecureNotSupported'],
  ['371449635398431', ''],
  ['6011111111111117', 'discover'],
  ['6011000990139424', ''],
  ['6011981111111113', '', { funding: 'debit' }],
  ['3056930009020004', 'diners'],
  ['36227206271667', ''],
  ['6555900000604105', ''],
  ['3566002020360505', 'jcb', { country: 'JP' }],
  ['3530111333300000', '', { country: 'JP' }],
  ['6200000000000005', 'unionpay', { country: 'CN' }],
  ['6200000000000047', '', { country: 'CN', funding: 'debit' }],
  ['6205500000000000004', '', { country: 'CN' }],
  ['4000002500001001', 'visa_cartesBancaires', { country: 'FR' }],
  ['5555552500001001', 'mastercard_cartesBancaires', { country: 'FR' }],
  ['4000050360000001', 'visa_debit_eftposAuCoBranded', { country: 'AU', funding: 'debit' }],
  ['5555050360000080', 'mastercard_debit_eftposAuCoBranded', { country: 'AU', funding: 'debit' }],
  ['4000051230000072', 'debit_visaFsaProductCode debit_visaHsaProductCode', { funding: 'debit' }],
  ['5200828282828897', 'mastercard_debit_mastercardFsaProductCode', { funding: 'debit' }],
  ['4000000000000077', 'bypassPending'],
  ['4000003720000278', 'bypassPendingInternational', { country: 'IE' }],

  ['4000000000000002', 'visa_chargeDeclined chargeDeclined', { declines: 'generic_decline' }],
  [
    '4000000000009995',
    'visa_chargeDeclinedInsufficientFunds chargeDeclinedInsufficientFunds',
    { declines: 'insufficient_funds' },
  ],
  ['4000000000009987', 'visa_chargeDeclinedLostCard chargeDeclinedLostCard', { declines: 'lost_card' }],
  ['4000000000009979', 'visa_chargeDeclinedStolenCard chargeDeclinedStolenCard', { declines: 'stolen_card' }],
  ['4000000000000069', 'chargeDeclinedExpiredCard', { declines: 'expired_card' }],
  ['4000000000000127', 'chargeDeclinedIncorrectCvc', { declines: 'incorrect_cvc' }],
  ['4000000000000119', 'chargeDeclinedProcessingError', { declines: 'processing_error' }],
  ['4000000000006975', 'visa_chargeDeclinedVelocityLimitExceeded', { declines: 'card_velocity_exceeded' }],
  ['4000000000000341', 'chargeCustomerFail', { declines: 'generic_decline', attaches: true }],
  ['', 'visa_chargeCustomerFailLostCard', { declines: 'lost_card', attaches: true }],
  ['', 'visa_chargeCustomerFailStolenCard', { declines: 'stolen_card', attaches: true }],

  ['4100000000000019', 'radarBlock', { declines: 'fraudulent', attaches: true, risk: 'highest' }],
  ['4000000000004954', 'riskLevelHighest', { declines: 'fraudulent', attaches: true, risk: 'highest' }],
  ['4000000000009235', 'riskLevelElevated', { risk: 'elevated' }],
  ['4000008400000407', 'highFraudDisputeScore'],
  ['4000008400000159', 'highEfwScore'],
  ['4000008400001017', 'radarDynamicRiskThreshold'],
  ['4001858821843804', 'freeTrialAbuseBlock'],
  ['4000008405600003', 'adaptive3dsChallenge'],
  ['4000000000000101', 'cvcCheckFail', { failingChecks: ['cvc_check'] }],
  ['4000000000000036', 'avsZipFail', { failingChecks: ['address_postal_code_check'] }],
  ['4000058400307872', 'cvcCheckFailElevatedRisk', { failingChecks: ['cvc_check'], risk: 'elevated' }],
  ['4000058400306072', 'avsZipFailElevatedRisk', { failingChecks: ['address_postal_code_check'], risk: 'elevated' }],
  ['4000000000000028', 'avsLine1Fail', { failingChecks: ['address_line1_check'] }],
  ['4000000000000010', 'avsFail', { failingChecks: ['address_line1_check', 'address_postal_code_check'] }],
  ['4000000000000044', 'avsUnchecked'],

  ['4000002500003155', 'authenticationRequiredOnSetup', { authentication: 'unless_set_up', country: 'FR' }],
  ['4000002760003184', 'authenticationRequired', { authentication: 'always', country: 'DE' }],
  ['4000003800000446', 'authenticationRequiredSetupForOffSession', { authentication: 'on_session', country: 'IT' }],
  [
    '4000008260003178',
    'authenticationRequiredChargeDeclinedInsufficientFunds',
    { authentication: 'always', declinesAuthenticated: 'insufficient_funds', country: 'GB' },
  ],
  ['4000000000003220', 'threeDSecure2Required', { authentication: 'always', country: 'IE' }],
  ['4000008400000027', '', { authentication: 'always' }],
  [
    '4000008400001629',
    'threeDSecureRequiredChargeDeclined',
    { authentication: 'always', declinesAuthenticated: 'generic_decline' },
  ],
  ['4000008400001280', 'threeDSecureRequiredProcessingError', { declines: 'processing_error', attaches: true }],
  ['4000000000003055', 'threeDSecureOptional'],
  ['4000000000003097', 'threeDSecureOptionalProcessingError'],
  ['4000000032200000', ''],

  ['4000000000000259', 'createDispute', { disputes: FRAUDULENT }],
  ['4000000000002685', 'createDisputeProductNotReceived', { disputes: [{ reason: 'product_not_received' }] }],
  [
    '4000000000001976',
    'createDisputeInquiry',
    { disputes: [{ reason: 'fraudulent', inquiry: true, caseType: 'inquiry' }] },
  ],
  ['4000000000005423', 'createIssuerFraudRecord'],
  ['4000000404000079', 'createMultipleDisputes', { disputes: [...FRAUDULENT, { reason: 'product_not_received' }] }],
  [
    '4000000404000038',
    'createCe3EligibleDispute',
    { disputes: [{ reason: 'fraudulent', eligibility: 'visa_compelling_evidence_3' }] },
  ],
  [
    '4000008400000779',
    'createComplianceDispute',
    { disputes: [{ reason: 'noncompliant', caseType: 'compliance', eligibility: 'visa_compliance' }] },
  ],
  [
    '5105008400000002',
    'createMastercardComplianceDispute',
    { disputes: [{ reason: 'noncompliant', caseType: 'compliance' }] },
  ],
  ['4000000001000043', 'createAutoRepresentmentEligibleDispute', { disputes: FRAUDULENT }],

  ['4000000000007726', 'pendingRefund', { refund: 'pending' }],
  ['4000000000005126', 'refundFail', { refund: 'fails' }],
];

/** Cards of other countries, which pay without 3-D Secure: the number, the country, and where it is not the country the name. */
const INTERNATIONAL = `
4000000320000021 ar, 4000000760000002 br, 4000001240000000 ca, 4000001520000001 cl, 4000001700000003 co, 4000001880000005 cr, 4000002180000000 ec,
4000004840008001 mx, 4000005910000000 pa, 4000006000000066 py, 4000006040000068 pe, 4000008580000003 uy, 4000007840000001 ae,
5200007840000022 ae ae_mastercard, 4000000400000008 at, 4000000560000004 be, 4000001000000000 bg, 4000001120000005 by, 4000001910000009 hr,
4000001960000008 cy, 4000002030000002 cz, 4000002080000001 dk, 4000002330000009 ee, 4000002460000001 fi, 4000002500000003 fr, 4000002760000016 de,
4000002920000005 gi, 4000003000000030 gr, 4000003480000005 hu, 4000003720000005 ie, 4000003800000008 it, 4000004280000005 lv, 4000004380000004 li,
4000004400000000 lt, 4000004420000006 lu, 4000004700000007 mt, 4000005280000002 nl, 4000005780000007 no, 4000006160000005 pl, 4000006200000007 pt,
4000006420000001 ro, 4000006820000007 sa, 4000007050000006 si, 4000007030000001 sk, 4000007240000007 es, 4000007520000008 se, 4000007560000009 ch,
4000008260000000 gb, 4000058260000005 gb gb_debit, 5555558265554449 gb gb_mastercard, 4000000360000006 au, 4000001560000002 cn, 4000003440000004 hk,
4000003560000008 in, 4000003920000003 jp, 4000004580000002 my, 4000005540000008 nz, 4000007020000003 sg, 4000001580000008 tw,
4000007640000003 th th_credit, 4000057640000008 th th_debit`;

function brandOf(number: string): string {
  if (/^3[47]/.test(number)) return 'amex';
  if (/^(5|2)/.test(number)) return 'mastercard';
  if (/^35/.test(number)) return 'jcb';
  if (/^3/.test(number)) return 'diners';
  if (/^62/.test(number)) return 'unionpay';
  return number.startsWith('6') ? 'discover' : 'visa';
}

const byKey = new Map<string, TestCard>();

function add(number: string, names: string[], behaviour: Partial<CardBehaviour>): void {
  const key = number || `pm_card_${names[0]}`;
  const card: TestCard = {
    key,
    last4: number.slice(-4) || '0341',
    brand: brandOf(number || '4'),
    country: 'US',
    funding: 'credit',
    ...behaviour,
  };
  if (number) byKey.set(number, card);
  for (const name of names) for (const prefix of ['pm_card_', 'tok_']) byKey.set(`${prefix}${name}`, card);
}

for (const [number, names, behaviour] of CARDS) add(number, names.split(' ').filter(Boolean), behaviour ?? {});
for (const line of INTERNATIONAL.trim().split(/,\s*/)) {
  const [number, country, name] = line.split(' ') as [string, string, string | undefined];
  add(number, [name ?? country], {
    country: country.toUpperCase(),
    ...(name?.endsWith('_debit') && { funding: 'debit' }),
  });
}

/** The test card with that number, `pm_card_…` or `tok_…`. */
export function testCard(key: string): TestCard | undefined {
  return byKey.get(key);
}

/** Numbers and tokens of all test cards. */
export const TEST_CARD_KEYS: readonly string[] = [...byKey.keys()];
