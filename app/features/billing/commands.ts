import { type Command, InvalidArgumentError } from 'commander';
import type { CommandLine } from '../../platform/cli/commands.ts';
import { print, Refusal, wantsJson, withProgress } from '../../platform/cli/terminal.ts';
import { describeAmount } from '../../platform/currencies.ts';
import { Problem } from '../../platform/errors.ts';
import { features, limits } from './catalog/catalog.ts';
import type { CatalogStep } from './catalog/catalog-sync.ts';
import type { NewGrant } from './entitlement/grants.ts';
import type { BillingOperations } from './operations.ts';
import type { Difference } from './projection/differences.ts';

const minorUnits = (text: string) => {
  if (!/^[1-9]\d{0,11}$/.test(text))
    throw new InvalidArgumentError('A whole number of minor units, e.g. 1900 for $19.00.');
  return Number(text);
};

const instant = (text: string) => {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime())) throw new InvalidArgumentError('An instant, e.g. 2026-12-24T00:00:00Z.');
  return parsed;
};

/** @throws Refusal for what is neither a feature nor a limit with its quantity */
function grantOf(what: string, quantity: number | undefined): NewGrant['what'] {
  const feature = features.find((name) => name === what);
  const limit = limits.find((name) => name === what);
  if (feature && quantity === undefined) return { feature };
  if (limit && quantity !== undefined) return { limit, quantity };
  throw new Refusal(`Name a feature (${features.join(', ')}), or a limit (${limits.join(', ')}) with --quantity.`);
}

type WithBilling = <T>(work: (operations: BillingOperations) => Promise<T>) => Promise<T>;

/** Adds `catalog` and `billing`. */
export function commands({ program, withService }: CommandLine<{ billing: { operations: BillingOperations } }>): void {
  /** Runs `work` if there is a Stripe to ask. A problem that it throws is shown to the operator. */
  const withBilling: WithBilling = (work) =>
    withService(async ({ billing }) => {
      if (!billing.operations.enabled) throw new Refusal('Billing is off: set STRIPE_SECRET_KEY.');
      try {
        return await work(billing.operations);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
        throw new Refusal(`${error.message}${cause}`);
      }
    });
  catalogCommands(program, withBilling);
  billingCommands(program, withBilling);
}

function catalogCommands(program: Command, withBilling: WithBilling): void {
  program
    .command('catalog')
    .description('what is sold')
    .command('sync')
    .description('show how Stripe differs from the catalog; with --apply make it equal')
    .option('--apply', 'create, change and archive', false)
    .action(async ({ apply }: { apply: boolean }, command: Command) => {
      const steps = await withProgress('comparing', () => withBilling(({ syncCatalog }) => syncCatalog({ apply })));
      print(command, { applied: apply, steps }, () => describeSteps(steps, apply));
    });
}

function billingCommands(program: Command, withBilling: WithBilling): void {
  const billing = program.command('billing').description('what was bought');

  billing
    .command('reconcile')
    .description('compare every customer with Stripe; with --apply fetch lost events and repair')
    .option('--apply', 'store what Stripe says', false)
    .action(async ({ apply }: { apply: boolean }, command: Command) => {
      const differences: Difference[] = [];
      const result = await withProgress('comparing', (report) =>
        withBilling(({ reconcile }) =>
          reconcile({
            apply,
            found(difference) {
              differences.push(difference);
              if (!wantsJson(command)) process.stdout.write(`${describeDifference(difference)}\n`);
              report(`${differences.length} differences`);
            },
          }),
        ),
      );
      print(command, { applied: apply, ...result, found: differences }, () => [
        ...(apply ? [`${result.events} lost events fetched.`] : []),
        `${result.customers} customers, ${result.differences} differences${apply || result.differences === 0 ? '' : '; --apply repairs them'}.`,
        ...(result.failed > 0 ? [`${result.failed} could not be compared; the log says why.`] : []),
      ]);
      if ((!apply && result.differences > 0) || result.failed > 0) process.exitCode = 1;
    });

  billing
    .command('webhook')
    .description('say what is wrong with the webhook endpoint at Stripe; with --apply make it, or repair it')
    .option('--apply', 'make or repair it', false)
    .action(async ({ apply }: { apply: boolean }, command: Command) => {
      const result = await withBilling(async ({ setUpEndpoint, checkEndpoint }) => {
        const secret = apply ? await setUpEndpoint() : undefined;
        return { ...(secret && { secret }), faults: await checkEndpoint() };
      });
      print(command, result, ({ secret, faults }) => [
        ...(secret ? [`Made. Set STRIPE_WEBHOOK_SECRET, which Stripe says only this once: ${secret}`] : []),
        ...(faults.length > 0 ? faults : ['The webhook endpoint is as it should be.']),
      ]);
      if (result.faults.length > 0) process.exitCode = 1;
    });

  billing
    .command('refund <invoice>')
    .description('give back what was paid for an invoice (in_…), by a credit note')
    .option('--amount <minor units>', 'only so much', minorUnits)
    .action(async (invoice: string, { amount }: { amount?: number }, command: Command) => {
      const refunded = await withBilling(({ refund }) => refund(invoice, amount));
      print(
        command,
        refunded,
        ({ amount, currency, creditNote }) =>
          `Refunded ${describeAmount(amount, currency)} by credit note ${creditNote}.`,
      );
    });

  billing
    .command('extend-trial <organization>')
    .description('let a trial end later')
    .requiredOption('--until <instant>', 'e.g. 2026-12-24T00:00:00Z', instant)
    .requiredOption('--reason <text>', 'for the audit trail of the organization')
    .action(async (organization: string, { until, reason }: { until: Date; reason: string }, command: Command) => {
      await withBilling(({ extendTrial }) => extendTrial(organization, until, reason));
      print(command, { organization, until }, () => `The trial ends ${until.toISOString()}.`);
    });

  billing
    .command('grant <organization> <feature-or-limit>')
    .description('grant a feature, or more of a limit, until an instant')
    .option('--quantity <count>', 'by how much a limit is raised', minorUnits)
    .requiredOption('--until <instant>', 'e.g. 2026-12-24T00:00:00Z', instant)
    .requiredOption('--reason <text>', 'for the audit trail of the organization')
    .action(
      async (
        organization: string,
        what: string,
        { quantity, until, reason }: { quantity?: number; until: Date; reason: string },
        command: Command,
      ) => {
        const grant = { what: grantOf(what, quantity), reason, endsAt: until };
        const { id } = await withBilling((operations) => operations.grant(organization, grant));
        print(command, { id, organization, what, until }, () => `Granted ${what} until ${until.toISOString()}.`);
      },
    );

  billing
    .command('revoke <invoice>')
    .description(
      'take back the one-off product of an invoice (in_…), without giving money back; also after a lost dispute',
    )
    .option('--undo', 'grant it again', false)
    .action(async (invoice: string, { undo }: { undo: boolean }, command: Command) => {
      const revoked = await withBilling(({ revoke }) => revoke(invoice, { undo }));
      print(
        command,
        revoked,
        ({ product, withdrawn }) => `${product} is ${withdrawn ? 'taken back' : 'granted again'}.`,
      );
    });
}

function describeSteps(steps: readonly CatalogStep[], applied: boolean): string[] {
  if (steps.length === 0) return ['Stripe is equal to the catalog.'];
  const lines = steps.map(
    ({ action, object, key, detail }) => `${action.padEnd(8)} ${object.padEnd(8)} ${key.padEnd(28)} ${detail}`,
  );
  return [...lines, applied ? `${steps.length} done.` : `${steps.length} to do: --apply does it.`];
}

function describeDifference({ organizationId, kind, id, change, fields }: Difference): string {
  const shown = Object.entries(fields)
    .filter(() => change === 'changed')
    .map(([name, [stored, wanted]]) => `${name} ${text(stored)} -> ${text(wanted)}`);
  return `${organizationId} ${kind} ${id} ${change}${shown.length > 0 ? `: ${shown.join(', ')}` : ''}`;
}

function text(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
