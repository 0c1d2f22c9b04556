/** The imports of a file: in statements, in types, and dynamic ones. */
import { dirname, join, normalize } from 'node:path';
import { Visitor } from 'oxc-parser';
import { readSource } from './files.ts';

export interface Import {
  from: string;
  /** The path of the imported file, in the form of `from`, or the name of a package. */
  to: string;
  /** True if the target is a package, not a file of the repository. */
  external: boolean;
  /** `type`: removed before the file runs. `dynamic`: `import('…')`, loaded when that line runs. */
  kind: 'static' | 'type' | 'dynamic';
}

/** @returns every import of `file` with a literal target, one per place */
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
