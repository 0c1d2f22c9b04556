/** Requests to identity providers: bounded in time and size, and to addresses that they may go to. */
import type { LookupFunction } from 'node:net';
import type { CustomFetch } from 'openid-client';
import type { Agent, fetch } from 'undici';
import { createConnector } from '../../../platform/http/outgoing/connecting.ts';
import type { DestinationRules } from '../../../platform/http/outgoing/destinations.ts';

/** A provider that hangs costs so much of one sign-in, in milliseconds, over all requests of a step. */
export const PROVIDER_LIMIT_MS = 5_000;
const MAX_ANSWER_BYTES = 256 * 1_024;
/** Of each process, to one provider: the others wait, at most as long as a step may take. */
const CONNECTIONS = 50;

/** What a test replaces. */
export interface Reach {
  /** In place of `PROVIDER_LIMIT_MS`. */
  limitMs?: number;
  /** In place of the resolver of the operating system. */
  resolve?: LookupFunction;
}

export interface Outgoing {
  /** @param signal ends the step that the requests belong to */
  fetchUntil(signal: AbortSignal): CustomFetch;
  close(): Promise<void>;
}

interface Opened {
  fetch: typeof fetch;
  guarded: Agent;
  free: Agent;
}

/**
 * An operator may name a provider of their own network, so its host is free. What the provider names in turn, such as the address of its keys, may be
 * a machine of the internet only. The provider of an organization is such a machine itself.
 * @param trusted true if an operator has named the issuer
 */
export function createOutgoing(
  issuer: string,
  rules: DestinationRules,
  trusted: boolean,
  { limitMs = PROVIDER_LIMIT_MS, resolve }: Reach,
): Outgoing {
  const { host, hostname } = new URL(issuer);
  const limits = { connections: CONNECTIONS, bodyTimeout: limitMs, headersTimeout: limitMs };
  let opened: Promise<Opened> | undefined;

  async function open(): Promise<Opened> {
    const { Agent, fetch } = await import('undici');
    const connect = await createConnector({ rules, timeoutMs: limitMs, resolve });
    return {
      fetch,
      guarded: new Agent({ connect, ...limits }),
      free: new Agent({ connect: { timeout: limitMs }, ...limits }),
    };
  }

  return {
    fetchUntil: (signal) => async (url, options) => {
      const target = new URL(url);
      const isOwn = trusted && target.host === host && target.hostname === hostname;
      const { body, headers, method, redirect } = options;
      opened ??= open();
      const { fetch, free, guarded } = await opened;
      const answer = await fetch(url, {
        ...({ method, redirect, headers } as object),
        ...(body ? { body: body as string } : {}),
        dispatcher: isOwn ? free : guarded,
        signal,
      });
      const text = await readText(answer);
      const { status } = answer;
      const isEmpty = [204, 205, 304].includes(status);
      return new Response(isEmpty ? null : text, { status, headers: [...answer.headers] as [string, string][] });
    },
    async close() {
      const { guarded, free } = (await opened) ?? {};
      await Promise.all([guarded?.destroy(), free?.destroy()]);
    },
  };
}

async function readText(answer: Awaited<ReturnType<typeof fetch>>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer of the identity provider is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
