/** The scripts that write generated files. Each takes `--write`, and `--check`, which fails if a file is stale. */
export interface Generator {
  /** The files that it writes. */
  readonly writes: string;
  readonly script: string;
}

export const generators: readonly Generator[] = [
  { writes: 'compiled emails', script: 'compile-emails.ts' },
  { writes: 'docs/metrics.md', script: 'metrics-docs.ts' },
  { writes: 'docs/schedules.md', script: 'schedules-docs.ts' },
  { writes: 'docs/security/asvs.md', script: 'asvs-docs.ts' },
  { writes: 'dashboards', script: 'dashboards.ts' },
  { writes: 'alerts of features', script: 'alerts.ts' },
  { writes: 'pages of errors and alerts', script: 'pages.ts' },
  { writes: '.env.example', script: 'env-example.ts' },
  { writes: 'app/product/product.json', script: 'product-json.ts' },
  { writes: 'docker-compose.stand-ins.yml', script: 'stand-ins.ts' },
  { writes: 'types of the client', script: 'client-types.ts' },
  { writes: 'settings of Terraform', script: 'terraform-settings.ts' },
  { writes: 'values of the Helm chart', script: 'helm-schema.ts' },
];
