/** What receivers are shown: webhooks as the service signs them, and what somebody else could send. */
import '../../../../features.ts';
import { createSealer } from '../../../../platform/security/sealing.ts';
import { allEvents, examplePayload } from '../../../events/events.ts';
import { makeSecret, openSecrets, signedHeaders } from '../../signing.ts';

export interface Case {
  readonly about: string;
  readonly genuine: boolean;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const sealer = createSealer(['a secret for the trial of receivers, long enough']);

function newSecret() {
  const { secret, sealed } = makeSecret(sealer);
  return {
    secret,
    keys: openSecrets(sealer, { secret: sealed, previousSecret: null, previousSecretUntil: null }, new Date()),
  };
}

/** For the example of each type: with its secret, during a rotation, and altered in each part. */
export function casesOf(at: Date): Case[] {
  const [own, previous, other] = [newSecret(), newSecret(), newSecret()];
  return allEvents().flatMap(([type]) => {
    const body = JSON.stringify(examplePayload(type));
    const { id } = examplePayload(type) as { id: string };
    const headers = signedHeaders(own.keys, id, at, body);
    const rotating = signedHeaders([...own.keys, ...previous.keys], id, at, body);
    const late = signedHeaders(own.keys, id, new Date(at.getTime() - 3_600_000), body);
    const genuine = { genuine: true, secret: own.secret, headers, body };
    const forged = { ...genuine, genuine: false };
    return [
      { ...genuine, about: `${type}` },
      { ...genuine, headers: rotating, about: `${type} during a rotation, with the new secret` },
      {
        ...genuine,
        headers: rotating,
        secret: previous.secret,
        about: `${type} during a rotation, with the old secret`,
      },
      { ...forged, secret: other.secret, about: `${type} with another secret` },
      { ...forged, headers: rotating, secret: other.secret, about: `${type} during a rotation, with another secret` },
      { ...forged, body: `${body} `, about: `${type} with another body` },
      { ...forged, headers: { ...headers, 'webhook-id': 'evt_2' }, about: `${type} with another id` },
      { ...forged, headers: late, about: `${type} an hour ago` },
    ];
  });
}

/** One case per line, which every language can read: secret, id, timestamp and signatures, and the body in base64. */
export function toLines(cases: readonly Case[]): string {
  const line = ({ secret, headers, body }: Case) =>
    [
      ...[secret, headers['webhook-id'], headers['webhook-timestamp'], headers['webhook-signature']],
      Buffer.from(body).toString('base64'),
    ].join('\t');
  return `${cases.map(line).join('\n')}\n`;
}
