import { defineConfig } from 'vitest/config'

/**
 * The voyages of the sea trial against real services, apart from `npm test`: each takes seconds, and measures, so that only
 * one file runs at a time.
 */
export default defineConfig({
  test: {
    include: ['test/trial/voyages/**/*.test.ts'],
    experimental: { viteModuleRunner: false },
    execArgv: ['--conditions=seaworthy-source'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    reporters: ['default'],
  },
})
