import { toPlainText } from 'react-email';

// html-to-text, which react-email uses, ships no types: what is used of its formatters.
interface Node {
  children: Node[];
  attribs: Record<string, string>;
}
interface Builder {
  addInline(text: string): void;
  addLineBreak(): void;
}
type Formatter = (element: Node, walk: (nodes: Node[], builder: Builder) => void, builder: Builder) => void;

const formatters: Record<string, Formatter> = {
  // A label, and the address on a line of its own, so that it can be copied whole.
  link(element, walk, builder) {
    walk(element.children, builder);
    builder.addInline(':');
    builder.addLineBreak();
    builder.addInline(element.attribs.href ?? '');
  },
  label(element, walk, builder) {
    walk(element.children, builder);
    builder.addInline(': ');
  },
};

const line = { leadingLineBreaks: 1, trailingLineBreaks: 1 };

/** The text version of a mail, from its HTML; what is marked `data-skip-in-text` is left out. */
export function plainText(html: string): string {
  return toPlainText(html, {
    formatters,
    selectors: [
      { selector: 'h1', options: { uppercase: false, leadingLineBreaks: 2 } },
      { selector: 'a', format: 'link' },
      { selector: '[data-text=row]', format: 'block', options: line },
      { selector: '[data-text=label]', format: 'label' },
      { selector: '[data-text=value]', format: 'inline' },
    ],
  });
}
