import { brand } from '../../app/product/brand.ts';

const { dark } = brand;

/**
 * The style sheet: dark colours and narrow screens, on top of the inline (light) styles that every client understands.
 * Clients that drop it show the light version, or invert it on their own. `[data-ogsc]` is Outlook.com's dark mode.
 */
export const styleSheet = [
  ':root{color-scheme:light dark;supported-color-schemes:light dark}',
  'a{word-break:break-word}',
  `@media (max-width:480px){${cell('.outer')}{padding:16px 8px !important}${cell('.card')}{padding:24px 20px !important}}`,
  `@media (prefers-color-scheme:dark){${rules('')}}`,
  rules('[data-ogsc] '),
].join('\n');

/** The selector for a box: react-email renders boxes as one-cell tables, and puts padding and the page's background on the cell. */
function cell(table: string): string {
  return `${table}>tbody>tr>td`;
}

function rules(scope: string): string {
  return [
    [`.page,${cell('.page>table')}`, `background-color:${dark.page} !important`],
    ['.card', `background-color:${dark.card} !important;border-color:${dark.line} !important`],
    ['.text', `color:${dark.text} !important`],
    ['.quiet', `color:${dark.quiet} !important`],
    ['.link', `color:${dark.link} !important`],
    ['.line', `border-color:${dark.line} !important`],
    ['.button', `background-color:${dark.button} !important;color:${dark.onButton} !important`],
  ]
    .map(([selectors, style]) => `${selectors?.replaceAll(/(^|,)/g, `$1${scope}`)}{${style}}`)
    .join('');
}
