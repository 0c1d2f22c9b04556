/** What a file imports: in statements, in types, and while it runs. */
import { dirname, join, normalize } from 'node:path';
import { Visitor } from 'oxc-parser';
import { readSource } from './files.ts';

export interface Import {
  from: string;
  /** A path like that of `from`, or what a package is imported by. */
  to: string;
  /** Whether a package is imported, and no file of the repository. */
  external: boolean;
  /** `type`: gone when the file runs. `dynamic`: `import('…')`, loaded when that line runs. */
  kind: 'static' | 'type' | 'dynamic';
}

/** @returns every import of `file` whose target is written out; one for each place that names it */
export function importsOf(root: string, file: string): Import[] {
  const found: Import[] = [];
  const add = (source: { value?: unknown } | null, kind: Import['kind']) => {
    if (typeof source?.value !== 'string') return;
    const external = !source.value.startsWith('.');
    found.push({
      from: file,
      to: external ? source.value : normalize(join(dirname(file), source.value)),
      external,
      kind,
    });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.importKind === 'type' ? 'type' : 'static'),
    ExportNamedDeclaration: (node) => add(node.source, node.exportKind === 'type' ? 'type' : 'static'),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === 'type' ? 'type' : 'static'),
    TSImportType: (node) => add(node.source, 'type'),
    ImportExpression: (node) => add(node.source as { value?: unknown }, 'dynamic'),
  }).visit(readSource(root, file).program);
  return found;
}
