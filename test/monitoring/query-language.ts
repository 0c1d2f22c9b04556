/** Reading PromQL and LogQL by the grammars of those who made them. */
import { parser as logql } from '@grafana/lezer-logql';
import type { LRParser } from '@lezer/lr';
import { parser as promql } from '@prometheus-io/lezer-promql';

type SyntaxNode = ReturnType<LRParser['parse']>['topNode'];

/** Names of the metrics and of the labels that a PromQL expression uses. @throws SyntaxError where it is none */
export function readPromql(expression: string): { metrics: string[]; labels: string[] } {
  const found = texts(promql, expression, ['VectorSelector', 'LabelName']);
  const metrics = found.VectorSelector!.map((text) => /^[\w:]+/.exec(text)?.[0]).filter((name) => name !== undefined);
  return { metrics: [...new Set(metrics)], labels: [...new Set(found.LabelName)] };
}

/** Labels by which a LogQL expression chooses streams. @throws SyntaxError where it is none */
export function readLogql(expression: string): { streamLabels: string[] } {
  const matchers = texts(logql, expression, ['Matcher']).Matcher!;
  return { streamLabels: [...new Set(matchers.map((text) => /^\w+/.exec(text)![0]))] };
}

/**
 * What an alert compares, without the comparison: it answers also while nothing is wrong. `absent(…)` is left out, as it answers only where
 * something is.
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
