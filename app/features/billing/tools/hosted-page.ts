/**
 * Pays on a page of the Stripe sandbox, as a browser without JavaScript does.
 * @param card its number
 * @returns the status with which the sandbox redirects to the success page
 */
export async function payHostedPage(url: string, card: string): Promise<number> {
  const form = new URLSearchParams({ email: 'joan@example.com', card, name: 'Joan', action: 'pay' });
  const response = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  return response.status;
}
