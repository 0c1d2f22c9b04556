import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Type } from 'typebox';
import { createLogger } from '../../telemetry/logger.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { httpErrors } from '../errors.ts';
import type { HttpServer } from '../fastify.ts';
import { createHttpServer } from '../server.ts';
import { describeOperations } from './document.ts';
import { type Guard, publicRoute } from './guard.ts';
import { createOperations, type Operations } from './operations.ts';

const tag = { name: 'Notes', description: 'Notes.' };
const Note = Type.Object({ text: Type.String() }, { title: 'Note' });
const get = () => ({ text: 'hello' });

function startServer(): Promise<HttpServer> {
  return createHttpServer({
    logger: createLogger({ level: 'silent', release: 'test' }),
    metrics: createMetrics({ release: 'test' }, { runtime: false }),
    corsOrigins: [],
    trustProxy: false,
    problemBaseUrl: 'https://api.example.com/docs/errors',
  });
}

const operationsOf = (app: HttpServer) =>
  createOperations(app, { cursors: undefined as never, idempotency: undefined as never });

describe('a declaration that contradicts itself', () => {
  let app: HttpServer;
  let operations: Operations;
  before(async () => {
    app = await startServer();
    operations = operationsOf(app);
  });
  after(() => app.close());

  const declare = (path: string, more: object) => () =>
    operations
      .at('/notes', { tag })
      .get(path, { guard: publicRoute, operationId: 'getNote', summary: 'Get a note', answer: Note, get, ...more });

  it('is refused with a message that names the file, the operation and the correction', () => {
    const place = /app\/platform\/http\/operations\/operations\.test\.ts:\d+: getNote \(GET \/notes/;
    const fault = (declaration: () => void, expected: RegExp) =>
      assert.throws(declaration, (error: Error) => {
        assert.match(error.message, place);
        assert.match(error.message, expected);
        return true;
      });
    fault(declare('/:noteId', {}), /no schema for :noteId. Add it to `params`/);
    fault(declare('', { params: { noteId: Type.String() } }), /declares the parameter noteId, which its path lacks/);
    fault(declare('', { errors: [httpErrors.internal_error] }), /lists internal_error, which .* implies/);
    const guard: Guard<null> = { ...publicRoute, errors: [httpErrors.forbidden] };
    fault(declare('', { guard, errors: [httpErrors.forbidden] }), /lists forbidden, which its guard/);
    fault(declare('', { guard: { ...publicRoute, fault: 'needs what does not exist' } }), /needs what does not exist/);
    declare('/first', {})();
    fault(declare('/second', {}), /has the operationId of GET \/notes\/first \(.*:\d+\)/);
  });

  it('is refused if two schemas of the document share a title', async () => {
    const other = operationsOf(await startServer());
    const notes = other.at('/notes', { tag });
    notes.get('/a', { guard: publicRoute, operationId: 'getA', summary: 'A', answer: Note, get });
    const twin = Type.Object({ text: Type.Integer() }, { title: 'Note' });
    notes.get('/b', { guard: publicRoute, operationId: 'getB', summary: 'B', answer: twin, get: () => ({ text: 1 }) });
    const info = { title: '', version: '', description: '', serverUrl: '' };
    assert.throws(() => describeOperations(other.all, info), /Two schemas have the title Note/);
  });
});

describe('an operation', () => {
  it('runs its guard before the body and again after it, and passes the result of the guard to the handler', async (t) => {
    const app = await startServer();
    t.after(() => app.close());
    const asked: string[] = [];
    const guard: Guard<{ userId: string }> = {
      errors: [],
      security: [],
      async enter({ body }) {
        asked.push(`body ${body === undefined ? 'not yet there' : 'there'}`);
        return { userId: 'ada' };
      },
    };
    operationsOf(app)
      .at('/notes', { tag })
      .change('', {
        guard,
        operationId: 'updateNote',
        summary: 'Change a note',
        body: { text: Type.String() },
        answer: Note,
        change: ({ access, body }) => ({ text: `${access.userId}: ${body.text}` }),
      });
    const answer = await app.inject({ method: 'PATCH', url: '/notes', payload: { text: 'hi' } });
    assert.deepEqual(answer.json(), { text: 'ada: hi' });
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.deepEqual(asked, ['body not yet there', 'body there']);
  });
});
