/** Settings of Stripe that must not go live. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, readConfig } from '../../config.ts';

const LIVE = {
  DATABASE_URL: 'postgres://plinth:dGVzdA@db.internal/plinth',
  APP_URL: 'https://app.example.com',
  API_URL: 'https://api.example.com',
  APP_SECRET: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
  SMTP_URL: 'smtps://user:pass@smtp.example.com',
  EMAIL_FROM: 'Plinth <no-reply@example.com>',
};
const OF_DEVELOPMENT: Record<string, string[]> = {
  STRIPE_SECRET_KEY: ['sk_test_sandbox'],
  STRIPE_WEBHOOK_SECRET: ['whsec_development_only', 'whsec_c2VjcmV0,whsec_development_only'],
  STRIPE_API_BASE: ['http://stripe-sandbox:12111', 'http://localhost:12111', 'http://stripe-sandbox.localhost'],
};

function faultsOf(variables: Record<string, string>): readonly string[] {
  try {
    readConfig(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('a value of the Stripe sandbox', () => {
  for (const APP_ENV of ['production', 'staging']) {
    it(`does not start ${APP_ENV}, and no secret is repeated`, () => {
      for (const [name, values] of Object.entries(OF_DEVELOPMENT)) {
        for (const value of values) {
          const [fault = 'none', ...others] = faultsOf({ ...LIVE, APP_ENV, [name]: value });
          assert.ok(fault.startsWith(`${name} `), `${name}=${value}: ${fault}`);
          assert.deepEqual(others, []);
          if (name !== 'STRIPE_API_BASE') assert.ok(!fault.includes(value), fault);
        }
      }
    });
  }

  it('starts development and tests', () => {
    for (const APP_ENV of ['development', 'test'])
      for (const [name, values] of Object.entries(OF_DEVELOPMENT))
        for (const value of values) assert.deepEqual(faultsOf({ APP_ENV, [name]: value }), [], `${name}=${value}`);
  });

  it('may be the address of a sandbox of its own in staging, and no address at all in production', () => {
    assert.deepEqual(faultsOf({ ...LIVE, APP_ENV: 'staging', STRIPE_API_BASE: 'http://127.0.0.1:12111' }), []);
    const faults = faultsOf({ ...LIVE, APP_ENV: 'production', STRIPE_API_BASE: 'https://api.stripe.com' });
    assert.match(faults.join(), /^STRIPE_API_BASE must not/);
  });
});
