/** Your name, your colours, and the last lines of your emails. Everything that shows them reads them here. */
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
} as const;
