/** Your name, your colours, your logo, and the last lines of your emails. Everything that shows them reads them here. `npm run rename` writes the name. */
export const brand = {
  name: 'Plinth',
  /** Legal name and postal address, which many countries require in business emails. Shown in the footer if set. */
  imprint: '',
  font: '-apple-system, BlinkMacSystemFont, Segoe UI, Roboto, Helvetica, Arial, sans-serif',
  light: {
    page: '#f3f4f6',
    card: '#ffffff',
    line: '#e2e5ea',
    text: '#1b2130',
    quiet: '#5b6475',
    link: '#1f4fd1',
    button: '#1f4fd1',
    onButton: '#ffffff',
  },
  dark: {
    page: '#111318',
    card: '#1b1e25',
    line: '#343943',
    text: '#e8eaee',
    quiet: '#a3abb9',
    link: '#8fb0ff',
    button: '#3162e3',
    onButton: '#ffffff',
  },
  /** An SVG, in the bar of pages and in the browser's tab. */
  logo: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#1f4fd1"/><path fill="#fff" d="M5 5.5h14V8H5zM8 9.5h8v5H8zM6.5 16h11v1h-11zM4 17.5h16V20H4z"/></svg>',
} as const;
