/**
 * The minor units of currencies, as Stripe counts them (docs.stripe.com/currencies#minor-units). It is neither ISO 4217 nor what Intl knows: Stripe
 * counts forints, rupiahs and Colombian pesos in hundredths that nobody uses, and ISK and UGX too, although it lists them without minor units.
 * Whatever shows or divides an amount asks here.
 */
export const WITHOUT_MINOR_UNITS: readonly string[] =
  'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' ');
export const IN_THOUSANDTHS: readonly string[] = ['bhd', 'jod', 'kwd', 'omr', 'tnd'];

/** @param currency ISO 4217, in any case @returns how many of an amount's digits are decimals: 2 for cents */
export function minorDigits(currency: string): 0 | 2 | 3 {
  const code = currency.toLowerCase();
  return WITHOUT_MINOR_UNITS.includes(code) ? 0 : IN_THOUSANDTHS.includes(code) ? 3 : 2;
}

/** @param amount in minor units @returns `19.00 USD`, for operators */
export function describeAmount(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency.toUpperCase()}`;
}
