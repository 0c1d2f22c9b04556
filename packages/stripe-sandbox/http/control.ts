/** The controls over HTTP, in JSON: time, trouble, deliveries, and a customer's actions on the hosted pages. */

import type { StripeSandbox } from '../controls.ts';
import type { Answer, ApiRequest } from '../protocol/answer.ts';
import { wire } from '../protocol/wire.ts';
import { Fault, invalid } from '../world/fault.ts';
import { type AccountSettings, DEFAULT_SETTINGS } from '../world/settings.ts';

// biome-ignore lint/suspicious/noExplicitAny: the body is any JSON; each control reads the fields that it knows
type Control = (sandbox: StripeSandbox, body: any, id: string) => unknown;

const CONTROLS: [string, RegExp, Control][] = [
  ['GET', /^\/_sandbox\/clock$/, (sandbox) => ({ now: sandbox.clock.now() })],
  [
    'POST',
    /^\/_sandbox\/advance$/,
    (sandbox, body) => {
      sandbox.clock.advance(body);
      return { now: sandbox.clock.now() };
    },
  ],
  ['GET', /^\/_sandbox\/trouble$/, (sandbox) => sandbox.troubles.rates],
  [
    'POST',
    /^\/_sandbox\/trouble$/,
    (sandbox, { seed, plan, declineNext, ...rates }) => {
      if (seed !== undefined) sandbox.troubles.reset(seed);
      if (plan) sandbox.troubles.plan(plan);
      if (declineNext) sandbox.troubles.declineNext(declineNext.code, declineNext.customer);
      sandbox.troubles.set(rates);
      return sandbox.troubles.rates;
    },
  ],
  [
    'DELETE',
    /^\/_sandbox\/trouble$/,
    (sandbox) => {
      sandbox.troubles.reset();
      return sandbox.troubles.rates;
    },
  ],
  ['GET', /^\/_sandbox\/settings$/, (sandbox) => sandbox.world.settings],
  ['POST', /^\/_sandbox\/settings$/, (sandbox, body) => Object.assign(sandbox.world.settings, settingsOf(body))],
  ['GET', /^\/_sandbox\/deliveries$/, (sandbox) => ({ data: sandbox.deliveries.all().toReversed() })],
  [
    'POST',
    /^\/_sandbox\/resend$/,
    (sandbox, body) => {
      const endpoints = sandbox.world.store
        .all('webhook_endpoint')
        .filter((one) => !body.endpoint || one.id === body.endpoint);
      return { data: endpoints.map((endpoint) => sandbox.deliveries.resend(body.event, endpoint.id)) };
    },
  ],
  [
    'POST',
    /^\/_sandbox\/checkout\/(\w+)\/complete$/,
    (sandbox, body, id) => wire(sandbox.customer.completeCheckout(id, body)),
  ],
  [
    'POST',
    /^\/_sandbox\/authenticate\/(\w+)$/,
    (sandbox, body, id) => wire(sandbox.customer.authenticate(id, body.passed !== false)),
  ],
  [
    'POST',
    /^\/_sandbox\/reset$/,
    (sandbox, body) => {
      sandbox.reset(body.seed);
      return { reset: true };
    },
  ],
];

export function answerControl(sandbox: StripeSandbox, request: ApiRequest): Answer {
  try {
    for (const [method, path, control] of CONTROLS) {
      const match = method === request.method ? path.exec(request.path.split('?')[0]!) : null;
      if (match) return json(200, control(sandbox, request.body ? JSON.parse(request.body) : {}, match[1] ?? ''));
    }
    return json(404, { error: { message: 'Unknown control. The README lists all controls.' } });
  } catch (error) {
    if (error instanceof Fault) return json(error.status, { error: error.body });
    if (error instanceof SyntaxError) return json(400, { error: { message: 'The body must be JSON.' } });
    throw error;
  }
}

/** @throws Fault for an unknown setting or a value of the wrong type */
function settingsOf(body: Record<string, unknown>): Partial<AccountSettings> {
  for (const [name, value] of Object.entries(body)) {
    const now = DEFAULT_SETTINGS[name as keyof AccountSettings];
    const fits = Array.isArray(now)
      ? Array.isArray(value) && value.every((one) => typeof one === 'number' && one > 0)
      : typeof value === typeof now;
    if (now === undefined || !fits)
      throw invalid(`Unknown setting, or a value of the wrong type: ${name}.`, name, 'parameter_invalid');
  }
  const { afterLastRetry = 'cancel' } = body as Partial<AccountSettings>;
  if (!['cancel', 'mark_unpaid', 'leave_past_due'].includes(afterLastRetry))
    throw invalid('afterLastRetry must be cancel, mark_unpaid or leave_past_due.', 'afterLastRetry');
  return body;
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
