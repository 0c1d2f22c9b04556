/** The headers that operations read and send, as the OpenAPI document describes them. */

interface HeaderDescription {
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

const text = { type: 'string' } as const;

export const headers = {
  'idempotency-key': {
    description: 'A key of your choice, such as a UUID. A retry within 24 hours gets the stored answer.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  'stripe-signature': { description: 'The signature of the body, by Stripe.', schema: text },
  origin: {
    description: 'Sent by browsers. Required if the refresh cookie authenticates the request.',
    schema: text,
  },
  'if-none-match': { description: 'The `ETag` of the answer that the caller has.', schema: text },
  etag: { description: 'Identifies this version of the document (RFC 9110, section 8.8.3).', schema: text },
  'idempotency-replayed': {
    description: '`true` if the answer is the stored answer of an earlier request.',
    schema: { type: 'string', enum: ['true'] },
  },
  'retry-after': { description: 'Seconds to wait before the next try.', schema: { type: 'integer', minimum: 0 } },
  'www-authenticate': { description: 'How to authenticate (RFC 6750, section 3).', schema: text },
  'set-cookie': {
    description: 'In cookie mode: the refresh token, in a cookie that scripts cannot read.',
    schema: text,
  },
  location: { description: 'Where to go.', schema: text },
  'content-disposition': { description: 'The name of the file.', schema: text },
  'x-request-id': { description: 'Identifies this request in logs. Quote it when you ask for help.', schema: text },
  'x-trace-id': { description: 'Identifies the trace of this request.', schema: text },
} as const satisfies Record<string, HeaderDescription>;

export type HeaderName = keyof typeof headers;
