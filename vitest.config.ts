import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    // Tested apart: what is published (vitest.package.config.ts), against real servers (vitest.systems.config.ts), and what
    // takes minutes because it measures (vitest.voyages.config.ts).
    exclude: ['**/node_modules/**', 'test/package/**', 'test/systems/**', 'test/trial/voyages/**'],
    // Node itself loads the sources (type stripping), so tests run exactly what a service runs.
    experimental: { viteModuleRunner: false },
    execArgv: ['--conditions=seaworthy-source'],
    // Most of the time goes into waiting for processes and sockets, not into computing: more workers than cores.
    maxWorkers: 4,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // A machine with much to do is late, not wrong: only a test that fails waits this long.
    expect: { poll: { timeout: 10_000 } },
    // Programs that tests start are stripped of their types and compiled once, not each time.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    reporters: ['default'],
  },
})
