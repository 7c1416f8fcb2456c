import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** docs/FIDELITY.md as a plain page beside the application: its help links to it. */
function fidelityPage(): string {
  const text = readFileSync(at('docs/FIDELITY.md'), 'utf8').replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Kubarium: fidelity</title><style>:root{color-scheme:light dark}body{margin:2rem auto;max-width:120ch;padding:0 1rem}pre{white-space:pre-wrap;font:13px/1.5 ui-monospace,monospace}</style><pre>${text}</pre></html>`
}

export default defineConfig({
  base: './',
  plugins: [
    react(),
    tailwindcss(),
    { name: 'fidelity-page', apply: 'build', generateBundle() { this.emitFile({ type: 'asset', fileName: 'fidelity.html', source: fidelityPage() }) } },
    // The development server's own inline scripts and socket would break the page's Content-Security-Policy.
    { name: 'no-policy-in-development', apply: 'serve', transformIndexHtml: (html) => html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '') },
  ],
  resolve: {
    alias: [
      // monaco-yaml 5.5.1 speaks the worker protocol of monaco-editor ≤ 0.52: these two files speak today's.
      { find: /^monaco-worker-manager\/worker$/, replacement: at('src/ui/editor/worker-init.ts') },
      { find: /^monaco-worker-manager$/, replacement: at('src/ui/editor/worker-manager.ts') },
      // monaco-yaml bundles prettier's JavaScript printer, useless for YAML: 220 kB less.
      { find: /^prettier\/plugins\/estree$/, replacement: at('src/ui/editor/empty.ts') },
    ],
  },
  // Found only when a worker or a lazy chunk runs: without this the development server reloads the page two or three times.
  optimizeDeps: {
    include: ['yaml', 'fflate', 'idb', 'monaco-yaml', 'monaco-yaml/yaml.worker.js', 'monaco-editor/editor', 'monaco-editor/features/register.all', 'monaco-editor/languages/definitions/yaml/register', 'monaco-editor/editor/editor.worker.js'],
  },
  worker: { format: 'es' },
  build: { target: 'es2022', chunkSizeWarningLimit: 5000 },
  // A busy machine is no failure: nothing here is judged by real time.
  test: { testTimeout: 120_000, setupFiles: ['scripts/test-setup.ts'], include: ['src/**/*.test.{ts,tsx}', 'golden/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts', 'fuzz/**/*.test.ts'] },
  preview: { port: 4173, strictPort: true },
})
