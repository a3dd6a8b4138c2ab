/** How the web app is built, served in development and unit-tested. */
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const api = process.env.API_ORIGIN ?? 'http://localhost:8000';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    // light-dark() without a polyfill: every current engine since spring 2024.
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // data: URIs would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 5173, proxy: { '/api': { target: api, xfwd: true } } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}', 'drift/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
    // Other work may load the machine; nothing here is timed.
    testTimeout: 60_000,
  },
});
