/** The names that a product keeps from the foundation, and why `npm run rename` leaves them alone. */
export interface Kept {
  what: string;
  /** As it stands in `file`. */
  name: string;
  file: string;
  why: string;
}

export const KEPT: readonly Kept[] = [
  {
    what: 'prefix of API keys',
    name: 'plk_',
    file: 'app/features/organizations/api-key-format.ts',
    why: 'keys that are in use, and scanners that look for leaked ones, know it',
  },
  {
    what: 'cookies',
    name: '__Host-refresh_token',
    file: 'app/features/accounts/cookies.ts',
    why: 'browsers hold it: another name signs everybody out',
  },
  {
    what: 'purpose of sealed secrets',
    name: "'plinth'",
    file: 'app/platform/security/sealing.ts',
    why: 'with another one, nothing that is sealed in the database can be opened',
  },
  {
    what: 'tables and migrations',
    name: 'create table',
    file: 'migrations',
    why: 'no table has the name of the product, and a migration that has run must not change',
  },
  {
    what: 'metrics, spans and jobs',
    name: 'job_name: plinth',
    file: 'monitoring/prometheus/prometheus.yml',
    why: 'dashboards, alerts and their history find them by name',
  },
  {
    what: 'dashboards',
    name: 'Plinth / ',
    file: 'monitoring/grafana/source/dashboard.ts',
    why: 'they are generated, and releases change them; only operators see them',
  },
  {
    what: 'resources of Terraform',
    name: '"plinth"',
    file: 'terraform/modules/platform/variables.tf',
    why: 'the variable `project` names them before the first apply; later, another name makes them anew',
  },
  {
    what: 'project, image and database of Compose',
    name: 'name: plinth',
    file: 'docker-compose.yml',
    why: 'volumes with data belong to the project',
  },
  {
    what: 'commands and the package',
    name: '"plinth": "node app/cli.ts"',
    file: 'package.json',
    why: 'runbooks and releases name them',
  },
];
