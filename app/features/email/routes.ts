/** The endpoints that others call: webhooks of mail providers, and unsubscribing. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { Database } from '../../platform/database/database.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { HttpServer } from '../../platform/http/fastify.ts';
import { route } from '../../platform/http/schemas.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { emailErrors } from './errors.ts';
import { suppress } from './suppression.ts';
import { UNSUBSCRIBE_PATH, type Unsubscribing } from './unsubscribing.ts';
import type { FeedbackProvider } from './webhooks/feedback.ts';

export type ProviderName = 'ses' | 'postmark' | 'resend';

export interface EmailRoutesOptions {
  db: Database;
  logger: Logger;
  unsubscribing: Unsubscribing;
  /** Those that are configured; the others are 404. */
  providers: ReadonlyMap<string, { name: ProviderName; feedback: FeedbackProvider }>;
}

export function emailRoutes(app: HttpServer, options: EmailRoutesOptions): void {
  // Plugins, so that their ways of reading bodies stay their own.
  app.register(async (scope) => webhookRoute(scope as unknown as HttpServer, options));
  app.register(async (scope) => unsubscribeRoute(scope as unknown as HttpServer, options));
}

/** SES sends the original headers along; SNS carries 256 KiB at most. */
const WEBHOOK_LIMIT_BYTES = 300 * 1024;

const Stored = Type.Object({ status: Type.Literal('stored') }, { examples: [{ status: 'stored' }] });

function webhookRoute(app: HttpServer, { db, logger, providers }: EmailRoutesOptions): void {
  app.removeAllContentTypeParsers();
  // Signatures are over bytes, and SNS says text/plain for its JSON.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => body);

  app.post(
    '/v1/webhooks/email/:provider',
    {
      bodyLimit: WEBHOOK_LIMIT_BYTES,
      schema: route({
        summary: 'Receive bounces and complaints from a mail provider',
        description:
          'Called by Amazon SES (through SNS), Postmark and Resend. The body is theirs, signed their way. Hard bounces and complaints ' +
          'end in the suppression list; everything else is acknowledged and ignored. 200 means stored.',
        operationId: 'receiveEmailWebhook',
        tag: 'Webhooks',
        access: 'public',
        params: Type.Object({
          provider: Type.String({ description: '`ses`, `postmark` or `resend`.', examples: ['ses'] }),
        }),
        answers: { 200: Stored },
        errors: [
          emailErrors.invalid_signature,
          emailErrors.signature_unverifiable,
          httpErrors.not_found,
          httpErrors.malformed_json,
          httpErrors.payload_too_large,
        ],
      }),
    },
    async ({ params, headers, body, ip }) => {
      const provider = providers.get(params.provider);
      if (!provider) throw httpErrors.not_found();
      const { name, feedback } = provider;
      const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      const reports = await feedback.read({ headers, body: raw, ipAddress: ip });
      const unreadable = await suppress(
        db,
        reports.map((report) => ({ ...report, provider: name })),
      );
      if (unreadable > 0) logger.warn({ provider: name, unreadable }, 'mail provider reported addresses that are none');
      return { status: 'stored' as const };
    },
  );
}

const OneClick = Type.Object(
  { 'List-Unsubscribe': Type.Literal('One-Click') },
  { examples: [{ 'List-Unsubscribe': 'One-Click' }] },
);
const Token = Type.String({ minLength: 1, maxLength: 1_000, description: 'From the link in the mail.' });
const ByPage = Type.Object({ token: Token }, { additionalProperties: false, examples: [{ token: 'pVd0…' }] });
/** What a body may look like by its media type; `route` passes this on to Fastify and OpenAPI as it is. */
const UnsubscribeBody = {
  content: {
    'application/json': { schema: ByPage },
    'application/x-www-form-urlencoded': { schema: OneClick },
    'multipart/form-data': { schema: OneClick },
  },
} as unknown as TSchema;

function unsubscribeRoute(app: HttpServer, { db, unsubscribing }: EmailRoutesOptions): void {
  // A body of a type that the schema does not name would pass unchecked.
  app.removeContentTypeParser('text/plain');
  // RFC 8058 section 3.1: mail programs post either; the token is in the query, the body is always the same.
  app.addContentTypeParser(
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    { parseAs: 'buffer' },
    parseForm,
  );

  app.post(
    UNSUBSCRIBE_PATH,
    {
      schema: route({
        summary: 'Unsubscribe an address from bulk mail',
        description:
          'With one click from a mail program (RFC 8058: a form, the token in the query) or from the page that the link in the mail ' +
          'opens (JSON). Mail that is needed, such as a password reset, is still sent. A GET changes nothing.',
        operationId: 'unsubscribeEmail',
        tag: 'Email',
        access: 'public',
        query: Type.Object({ token: Type.Optional(Token) }, { additionalProperties: false }),
        body: UnsubscribeBody,
        answers: { 204: 'Unsubscribed, now or before.' },
        errors: [emailErrors.invalid_unsubscribe_token],
      }),
    },
    async ({ query, body }, reply: FastifyReply) => {
      // Without a body nothing was checked: such a POST is neither a mail program's nor our page's.
      const posted = (body ?? {}) as { token?: string; 'List-Unsubscribe'?: string };
      const token = 'List-Unsubscribe' in posted ? (query as { token?: string }).token : posted.token;
      await unsubscribing.redeem(db, token ?? '');
      return reply.code(204).send();
    },
  );
}

async function parseForm(request: FastifyRequest, body: Buffer): Promise<Record<string, string>> {
  try {
    const type = request.headers['content-type'] ?? '';
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    return Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
  } catch {
    throw httpErrors.bad_request({ detail: 'The form could not be read.' });
  }
}
