/** Parses PromQL and LogQL with the official grammars. */
import { parser as logql } from '@grafana/lezer-logql';
import type { LRParser } from '@lezer/lr';
import { parser as promql } from '@prometheus-io/lezer-promql';

type SyntaxNode = ReturnType<LRParser['parse']>['topNode'];

/** The names of the metrics and labels in a PromQL expression. @throws SyntaxError if it cannot be parsed */
export function readPromql(expression: string): { metrics: string[]; labels: string[] } {
  const found = texts(promql, expression, ['VectorSelector', 'LabelName']);
  const metrics = found.VectorSelector!.map((text) => /^[\w:]+/.exec(text)?.[0]).filter((name) => name !== undefined);
  return { metrics: [...new Set(metrics)], labels: [...new Set(found.LabelName)] };
}

/** The labels with which a LogQL expression selects streams. @throws SyntaxError if it cannot be parsed */
export function readLogql(expression: string): { streamLabels: string[] } {
  const matchers = texts(logql, expression, ['Matcher']).Matcher!;
  return { streamLabels: [...new Set(matchers.map((text) => /^\w+/.exec(text)![0]))] };
}

/**
 * The compared expressions of an alert, without the comparison: they return data even if nothing is wrong. `absent(…)` is left out, because it
 * returns data only if something is wrong.
 */
export function comparedPromql(expression: string): string[] {
  const text = ({ from, to }: SyntaxNode) => expression.slice(from, to);
  const sides = (node: SyntaxNode | null): SyntaxNode[] => {
    if (!node) return [];
    if (node.name === 'ParenExpr') return sides(node.firstChild);
    const joins = ['And', 'Or', 'Unless', 'Gtr', 'Gte', 'Lss', 'Lte', 'Eql', 'Neq'].some((name) => node.getChild(name));
    return node.name === 'BinaryExpr' && joins ? [...sides(node.firstChild), ...sides(node.lastChild)] : [node];
  };
  return sides(promql.parse(expression).topNode.firstChild)
    .map(text)
    .filter((side) => !side.startsWith('absent(') && readPromql(side).metrics.length > 0);
}

function texts(parser: LRParser, expression: string, names: string[]): Record<string, string[]> {
  const found: Record<string, string[]> = Object.fromEntries(names.map((name) => [name, []]));
  parser.parse(expression).iterate({
    enter({ type, from, to }) {
      if (type.isError) throw new SyntaxError(`at character ${from}: ${expression}`);
      found[type.name]?.push(expression.slice(from, to));
    },
  });
  return found;
}
