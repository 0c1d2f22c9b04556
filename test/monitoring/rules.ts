/** Reads the rules and cases of `monitoring/prometheus/`. */
import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const RULE_FILES = globSync('monitoring/prometheus/rules/*.yml').sort();

export interface Rule {
  /** The file of the rule. */
  readonly file: string;
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Alert extends Rule {
  readonly alert: string;
}

/** Every rule, in the order of the files. */
export function readRules(): Rule[] {
  return RULE_FILES.flatMap((file) => {
    const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] };
    return groups.flatMap(({ rules }) => rules.map((rule) => ({ ...rule, file })));
  });
}

export function readAlerts(): Alert[] {
  return readRules().filter((rule): rule is Alert => rule.alert !== undefined);
}

/** The cases of `promtool test rules`: an alert, and true in `fires` if the case expects it to fire. */
export function readAlertCases(): { alert: string; fires: boolean }[] {
  return globSync('monitoring/prometheus/tests/*.yml').flatMap((file) => {
    const { tests } = parse(readFileSync(file, 'utf8')) as {
      tests: { alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    return tests.flatMap(({ alert_rule_test: cases = [] }) =>
      cases.map(({ alertname, exp_alerts }) => ({ alert: alertname, fires: exp_alerts.length > 0 })),
    );
  });
}
