import { defineErrors } from '../errors.ts';

const RETRY_AFTER = { headers: ['retry-after'] };
/** RFC 6750, section 3. */
export const WWW_AUTHENTICATE = { headers: ['www-authenticate'] };

/** Errors that any route can answer with. Each feature declares its own errors in its `errors.ts`. */
export const httpErrors = defineErrors({
  bad_request: { status: 400, title: 'The request could not be understood' },
  validation_failed: { status: 400, title: 'The request does not fit its schema' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_cursor: { status: 400, title: 'The cursor is damaged or belongs to another list' },
  unauthenticated: { status: 401, title: 'Authentication is required', ...WWW_AUTHENTICATE },
  forbidden: { status: 403, title: 'Not allowed' },
  acting_refused: { status: 403, title: 'Nobody may do this in the name of another person' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'The request conflicts with a change made at the same time', ...RETRY_AFTER },
  idempotency_key_reused: { status: 409, title: 'The idempotency key was used for another request' },
  request_in_progress: { status: 409, title: 'A request with this idempotency key is still running', ...RETRY_AFTER },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported' },
  rate_limited: { status: 429, title: 'Too many requests', ...RETRY_AFTER },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  method_not_implemented: { status: 501, title: 'The method is not known' },
  database_unavailable: { status: 503, title: 'The database cannot be reached', ...RETRY_AFTER },
  overloaded: { status: 503, title: 'The service is busy', ...RETRY_AFTER },
});
