import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    // What is published is tested apart: vitest.package.config.ts.
    exclude: ['**/node_modules/**', 'test/package/**'],
    // Node itself loads the sources (type stripping), so tests run exactly what a service runs.
    experimental: { viteModuleRunner: false },
    execArgv: ['--conditions=seaworthy-source'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: ['default'],
  },
})
