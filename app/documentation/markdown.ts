/** The part of Markdown that the pages in `docs/errors` use: headings, paragraphs, lists, fenced code, and inline code, bold and links. */
import { escapeHtml, Html, highlightJson, html } from '../platform/http/html.ts';

const FENCE = '```';

/**
 * @param text Markdown; HTML in it is shown, not obeyed
 * @param rewriteLink where a link leads on the page, which may be another place than in the file
 */
export function renderMarkdown(text: string, rewriteLink: (target: string) => string = (target) => target): Html {
  const blocks: Html[] = [];
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift()!;
    if (line.trim() === '') continue;
    if (line.startsWith(FENCE))
      blocks.push(
        code(
          line.slice(FENCE.length),
          takeWhile(lines, (next) => next !== FENCE, 1),
        ),
      );
    else if (/^#{1,3} /.test(line)) blocks.push(heading(line));
    else blocks.push(...prose([line, ...takeWhile(lines, (next) => !/^$|^#|^```/.test(next))], rewriteLink));
  }
  return html`${blocks}`;
}

function takeWhile(lines: string[], belongs: (line: string) => boolean, skip = 0): string[] {
  const end = lines.findIndex((line) => !belongs(line));
  const taken = lines.splice(0, end < 0 ? lines.length : end);
  lines.splice(0, skip);
  return taken;
}

function heading(line: string): Html {
  const level = line.indexOf(' ');
  return html`<h${level}>${line.slice(level + 1)}</h${level}>\n`;
}

function code(language: string, lines: string[]): Html {
  const text = lines.join('\n');
  return html`<pre tabindex="0"><code>${language === 'json' ? highlightJson(JSON.parse(text)) : text}</code></pre>\n`;
}

/** A paragraph, or a list, or a paragraph that a list follows. */
function prose(lines: string[], rewriteLink: (target: string) => string): Html[] {
  const start = lines.findIndex((line) => line.startsWith('- '));
  const paragraph = start < 0 ? lines : lines.slice(0, start);
  const items = start < 0 ? [] : lines.slice(start).join('\n').slice(2).split('\n- ');
  return [
    ...(paragraph.length > 0 ? [html`<p>${inline(paragraph.join('\n'), rewriteLink)}</p>\n`] : []),
    ...(items.length > 0
      ? [html`<ul>${items.map((item) => html`<li>${inline(item, rewriteLink)}</li>\n`)}</ul>\n`]
      : []),
  ];
}

const SAFE_LINK = /^(https?:|[/#]|[\w-]+(\.md)?$)/;

/** Inline Markdown: `code`, **bold**, [links](target). */
export function inline(text: string, rewriteLink: (target: string) => string = (target) => target): Html {
  const rendered = text
    .split(/(`[^`]+`)/)
    .map((piece) => {
      if (piece.length > 2 && piece.startsWith('`')) return `<code>${escapeHtml(piece.slice(1, -1))}</code>`;
      return escapeHtml(piece)
        .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
        .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, (whole, label: string, target: string) =>
          SAFE_LINK.test(target) ? `<a href="${rewriteLink(target)}">${label}</a>` : whole,
        );
    })
    .join('');
  return new Html(rendered);
}
