import { defineConfig } from 'vite';

/** The page is one HTML file with its styles and scripts beside it, named by their content. */
// oxlint-disable-next-line import/no-default-export -- Vite asks for it
export default defineConfig({
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
  },
});
