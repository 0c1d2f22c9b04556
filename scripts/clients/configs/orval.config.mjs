/** orval: functions on `fetch`, with header parameters, and the schemas of zod beside them. */
const input = 'openapi.json';

export default {
  client: {
    input,
    output: {
      target: 'client/api.ts',
      schemas: 'client/models',
      client: 'fetch',
      baseUrl: { getBaseUrlFromSpecification: true },
      headers: true,
    },
  },
  schemas: { input, output: { target: 'client/zod.ts', client: 'zod' } },
};
