/**
 * Passkeys and second factors. Signing in with a passkey, beside a refresh and one verification of ES256, which are the least that it has to do; and a
 * request of a session that two factors have proven, beside the same request of one that a password has.
 */
import { createHash, sign, verify } from 'node:crypto';
import pg from 'pg';
import { openConnection } from '../../../../bench/load/connection.ts';
import { httpRequest } from '../../../../bench/load/protocol.ts';
import {
  createMeter,
  describe,
  interleave,
  type Measurement,
  ratio,
  requireStatus,
} from '../../../../bench/measuring.ts';
import { meRequests } from '../../../../bench/parts/me.ts';
import { CONNECTIONS, type FeaturePart } from '../../../../bench/parts/part.ts';
import { median } from '../../../../bench/statistics.ts';
import { firstRefreshToken, openTokens } from '../../../../bench/tokens.ts';
import type { AuthenticationMethod } from '../schema.ts';
import { createPasskey, keyPair, type SoftwarePasskey } from '../tools/software-authenticator.ts';

const USERS = 1_000;
/** People with a passkey. */
const PEOPLE = 64;
const VERIFICATIONS = 2_000;
/** More than a round takes. */
const SIGN_INS = 3_000;

const budgets = {
  passkey: { title: 'CPU of a passkey sign-in, to a refresh and ES256', unit: '', better: 'less', must: 1.5, aim: 1.2 },
  factor: { title: 'CPU of /me with a second factor, to without', unit: '', better: 'less', must: 1.05, aim: 1 },
} as const;

const json = { 'content-type': 'application/json' };

/** The CPU time of one verification, in microseconds, as the service does it: a signature over the data and the hash of the client's data. */
function verificationUs(): number {
  const { publicKey, privateKey } = keyPair('ES256');
  const data = Buffer.concat([Buffer.alloc(37), createHash('sha256').update('client data').digest()]);
  const signature = sign('sha256', data, privateKey);
  const before = process.cpuUsage();
  for (let nth = 0; nth < VERIFICATIONS; nth++) if (!verify('sha256', data, publicKey, signature)) throw new Error();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / VERIFICATIONS;
}

const measure: FeaturePart<keyof typeof budgets>['measure'] = async ({ stage, quick, log }) => {
  const url = await stage.database(USERS);
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  // Sessions of the last minute, so that a passkey can be added; and nobody is told of a first one.
  await client.query('update sessions set created_at = now(), refreshed_at = now()');
  const [api, tokens] = [await stage.api(url), await openTokens(url)];
  const connection = await openConnection(api.port);
  const call = async (path: string, body: object, token?: string) => {
    const headers = { ...json, ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await connection.request(httpRequest('POST', path, headers, JSON.stringify(body)));
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body);
  };

  log(`${PEOPLE} people add a passkey`);
  const people: { passkey: SoftwarePasskey; deviceToken: string }[] = [];
  for (let user = 0; user < PEOPLE; user++) {
    const { options, challenge } = await call('/v1/passkeys/options', {}, tokens.access(user));
    const passkey = createPasskey(options);
    await call('/v1/passkeys', { challenge, credential: passkey.created }, tokens.access(user));
    await client.query('delete from rate_limits');
    const { deviceToken } = await call('/v1/sessions/passkey', await signed(passkey));
    people.push({ passkey, deviceToken });
  }

  async function signed(passkey: SoftwarePasskey): Promise<object> {
    const { options, challenge } = await call('/v1/sessions/passkey/options', {});
    return { challenge, credential: passkey.sign(options) };
  }

  const meter = createMeter(stage.postgresPid);
  const durationMs = quick ? 1_000 : 3_000;
  const total = SIGN_INS * (quick ? 1 : 3);
  /** On known devices, as most sign-ins are. Each challenge is used once. */
  const signIn = async () => {
    const requests: string[] = [];
    for (let nth = 0; nth < total; nth++) {
      const { passkey, deviceToken } = people[nth % PEOPLE]!;
      const body = JSON.stringify({ ...(await signed(passkey)), deviceToken });
      requests.push(httpRequest('POST', '/v1/sessions/passkey', {}, body));
    }
    // The limits of an hour are not what is measured here.
    await client.query('delete from rate_limits');
    const work = { kind: 'list', requests } as const;
    return requireStatus(await meter.measure(api, { connections: CONNECTIONS, durationMs, work }), 201);
  };
  let refreshTokens: readonly string[] = Array.from({ length: USERS - PEOPLE }, (_, nth) =>
    firstRefreshToken(PEOPLE + nth, 0),
  );
  const refresh = async (): Promise<Measurement> => {
    const work = { kind: 'refresh', path: '/v1/sessions/refresh', tokens: refreshTokens } as const;
    const measurement = await meter.measure(api, { connections: CONNECTIONS, durationMs, work });
    refreshTokens = measurement.tokens;
    return { ...requireStatus(measurement, 200), tokens: [] };
  };
  /** As many callers, of whom the first ones have a passkey and a session that it has proven. */
  const me = (from: number, amr: readonly AuthenticationMethod[]) => async () => {
    const access = (nth: number) => tokens.access(from + nth, 0, amr);
    const requests = meRequests({ ...tokens, access }, PEOPLE, PEOPLE);
    const work = { kind: 'list', requests } as const;
    return requireStatus(await meter.measure(api, { connections: CONNECTIONS, durationMs, work }), 200);
  };

  const sides = { signIn, refresh, withFactor: me(0, ['hwk', 'mfa']), without: me(PEOPLE, ['pwd']) };
  for (const side of Object.values(sides)) await side();
  const rounds = await interleave(quick ? 3 : 5, sides);
  const es256 = median(Array.from({ length: 5 }, verificationUs));
  connection.close();
  await Promise.all([meter.close(), api.stop(), client.end()]);
  const cpu = ({ serverCpuUs }: Measurement) => serverCpuUs;
  const least = rounds.refresh.map((each) => ({ ...each, serverCpuUs: each.serverCpuUs + es256 }));
  return {
    figures: {
      passkey: ratio(rounds.signIn, least, cpu),
      factor: ratio(rounds.withFactor, rounds.without, cpu),
    },
    details: [
      { label: 'signing in with a passkey', text: describe(rounds.signIn) },
      { label: 'refresh', text: describe(rounds.refresh) },
      { label: 'one verification of ES256', text: `CPU ${es256.toFixed(0)} us` },
      { label: 'GET /v1/users/me with two factors', text: describe(rounds.withFactor) },
      { label: 'the same with a password', text: describe(rounds.without) },
    ],
    raw: { ...rounds, es256 },
  };
};

export const part: FeaturePart<keyof typeof budgets> = { budgets, measure };
