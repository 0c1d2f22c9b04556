/** The part of webhooks in the test of the document's examples. */
/** An endpoint, or a delivery of one. */
const operations = [
  ...[
    'getWebhookEndpoint',
    'updateWebhookEndpoint',
    'deleteWebhookEndpoint',
    'rotateWebhookSecret',
    'testWebhookEndpoint',
  ],
  ...['listWebhookDeliveries', 'getWebhookDelivery', 'retryWebhookDelivery', 'replayWebhooks'],
];
export const absent = Object.fromEntries(operations.map((operation) => [operation, 'not_found']));
