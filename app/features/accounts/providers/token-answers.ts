/** Brings the answers of token endpoints into the form of RFC 6749 section 5, which openid-client insists on and not every provider keeps to. */

/** @param answer to a request to the token endpoint */
export async function cleanTokenAnswer(answer: Response): Promise<Response> {
  const text = await answer.text();
  const parsed = parse(text, answer.headers.get('content-type') ?? '');
  if (!parsed) return new Response(text, { status: answer.status, headers: answer.headers });
  // GitHub answers 200 to a code that is not good.
  if (answer.ok && typeof parsed.error === 'string') return json(parsed, 400);
  if (!answer.ok) return json(parsed, answer.status);
  const { refresh_token: refreshToken, scope, token_type: type = 'bearer', ...rest } = parsed;
  return json(
    {
      ...rest,
      token_type: type,
      ...(typeof refreshToken === 'string' && refreshToken !== '' && { refresh_token: refreshToken }),
      ...(scope !== undefined && { scope: Array.isArray(scope) ? scope.join(' ') : scope }),
    },
    200,
  );
}

function parse(text: string, type: string): Record<string, unknown> | undefined {
  if (type.includes('x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text));
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const json = (body: object, status: number) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
