/** What people use instead, doing the work of `GET /v1/users/me`: Express with jsonwebtoken and pg, and better-auth. */
import { administer, databaseUrl } from '../../test/database.ts';
import { httpRequest } from '../load/protocol.ts';
import { createMeter, describe, interleave, ratio, requireStatus, type Subject } from '../measuring.ts';
import { ask, startWorker, stop } from '../processes.ts';
import { APP_SECRET } from '../seed.ts';
import { API_URL, openTokens } from '../tokens.ts';
import { installTools } from '../tools.ts';
import { CALLERS, meRequests } from './me.ts';
import { CONNECTIONS, type Part, USERS } from './part.ts';

export const measurePeers: Part = async ({ stage, quick, log }) => {
  installTools(log);
  const url = await stage.database(USERS);
  const tokens = await openTokens(url);
  const api = await stage.api(url);
  const publicKey = tokens.signingKey.publicKey.export({ format: 'pem', type: 'spki' });
  const express = await startPeer<object>('express.js', { databaseUrl: url, issuer: API_URL, publicKey });
  await administer(url, 'create database bench_better_auth');
  const own = databaseUrl(url, 'bench_better_auth');
  const betterAuth = await startPeer<{ cookies: string[] }>('better-auth.js', { databaseUrl: own, secret: APP_SECRET });

  const meter = createMeter(stage.postgresPid);
  const durationMs = quick ? 1_000 : 4_000;
  const side = (subject: Subject, requests: readonly string[]) => async () =>
    requireStatus(
      await meter.measure(subject, { connections: CONNECTIONS, durationMs, work: { kind: 'list', requests } }),
      200,
    );
  const sessions = betterAuth.cookies.map((cookie) => httpRequest('GET', '/api/auth/get-session', { cookie }));
  const requests = meRequests(tokens, USERS, CALLERS);
  const sides = { service: side(api, requests), express: side(express, requests), better: side(betterAuth, sessions) };
  for (const measure of Object.values(sides)) await measure();
  const measured = await interleave(quick ? 3 : 7, sides);
  await Promise.all([meter.close(), stop(express.child), stop(betterAuth.child), api.stop()]);
  const times = (peer: (typeof measured)['express']) => ratio(measured.service, peer, ({ perSecond }) => perSecond);
  return {
    figures: { express: times(measured.express), betterAuth: times(measured.better) },
    details: [
      { label: 'service', text: describe(measured.service) },
      { label: 'Express, jsonwebtoken, pg', text: describe(measured.express) },
      { label: 'better-auth', text: describe(measured.better) },
    ],
    raw: measured,
  };
};

async function startPeer<Answer>(file: string, settings: object) {
  const child = startWorker('server', new URL(`../tools/${file}`, import.meta.url), {
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  });
  const answer = await ask<Answer & { port: number }>(child, settings, 60_000);
  return { ...answer, child, pid: child.pid! };
}
