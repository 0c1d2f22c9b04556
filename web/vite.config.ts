/** Builds the app. The brand comes from the one file that emails use too, and messages become functions, so that no parser runs in the browser. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import MessageFormat from '@messageformat/core';
import compileModule from '@messageformat/core/compile-module';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

interface Brand {
  name: string;
  font: string;
  light: Record<string, string>;
  dark: Record<string, string>;
}

const brandFile = new URL('../app/product/brand.ts', import.meta.url);
const { brand } = (await import(brandFile.href)) as { brand: Brand };

const variables = (colours: Record<string, string>) =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}:${value};`)
    .join('');

const brandPlugin: Plugin = {
  name: 'brand',
  resolveId: (id) => (id.startsWith('virtual:brand') ? `\0${id}` : undefined),
  load(id) {
    if (id === '\0virtual:brand') return `export const name = ${JSON.stringify(brand.name)};`;
    if (id !== '\0virtual:brand.css') return undefined;
    return `:root{--font:${brand.font};${variables(brand.light)}}@media(prefers-color-scheme:dark){:root{${variables(brand.dark)}}}`;
  },
  transformIndexHtml: (html) => html.replaceAll('%BRAND%', brand.name).replaceAll('%LOGO%', '/docs/assets/logo.svg'),
};

/** `en.json?messages`: message -> function (ICU MessageFormat). */
const messagesPlugin: Plugin = {
  name: 'messages',
  enforce: 'pre',
  load(id) {
    const [, file, language] = /^(.*\/(\w+)\.json)\?messages$/.exec(id) ?? [];
    if (!file || !language) return undefined;
    return {
      code: compileModule(new MessageFormat(language), JSON.parse(readFileSync(file, 'utf8'))),
      moduleType: 'js',
    };
  },
};

export default defineConfig({
  base: '/app/',
  plugins: [messagesPlugin, brandPlugin, react()],
  resolve: {
    dedupe: ['react', 'react-dom', '@tanstack/react-query', '@messageformat/runtime'],
    preserveSymlinks: false,
  },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  root: fileURLToPath(new URL('.', import.meta.url)),
});
