/** @hey-api/openapi-ts: functions that check what is sent and what is answered with zod. */
export default {
  input: 'openapi.json',
  output: 'client',
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', 'zod', { name: '@hey-api/sdk', validator: true }],
};
