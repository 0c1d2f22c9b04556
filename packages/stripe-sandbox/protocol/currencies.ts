/** The currencies that Stripe charges in, and how it counts and limits amounts of them (docs.stripe.com/currencies). */

const SUPPORTED = new Set(
  `aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop
   dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd
   lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr
   sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw`.split(
    /\s+/,
  ),
);

/** Currencies without minor units. Stripe counts ISK and UGX in hundredths, although they have none. */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMAL = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

/** The least amounts that can be charged, in minor units. Of other currencies Stripe converts the equivalent; here it is 1. */
const LEAST: Record<string, number> = {
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
  usd: 50,
};

/** Eight digits, except for currencies with small units. */
const MOST_DIGITS: Record<string, number> = { idr: 12, lbp: 12, cop: 10, huf: 10, jpy: 10 };

export function isSupported(currency: string): boolean {
  return SUPPORTED.has(currency.toLowerCase());
}

/** The number of decimals of an amount in this currency, as Stripe counts it. */
export function decimalsOf(currency: string): number {
  const code = currency.toLowerCase();
  return ZERO_DECIMAL.has(code) ? 0 : THREE_DECIMAL.has(code) ? 3 : 2;
}

/** The least amount that can be charged, in minor units. */
export function leastCharge(currency: string): number {
  return LEAST[currency.toLowerCase()] ?? 1;
}

/** The largest amount that can be charged, in minor units. */
export function largestCharge(currency: string): number {
  return 10 ** (MOST_DIGITS[currency.toLowerCase()] ?? 8) - 1;
}

/** An amount without its currency's symbol: `5.00`, or `500` for yen. */
export function plainAmount(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  return (amount / 10 ** decimals).toFixed(decimals);
}

/** An amount as people read it: `$5.00`, or `¥500`. */
export function money(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat('en', { style: 'currency', currency, ...digits }).format(amount / 10 ** decimals);
}
