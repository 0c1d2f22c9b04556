import { toPlainText } from 'react-email';

// html-to-text, which react-email uses, has no types. These are the parts of its formatters that are used here.
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
  // Put the URL on a separate line after the label, so that it can be copied completely.
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

/** The text version of an email, from its HTML. Elements marked `data-skip-in-text` are left out. */
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
