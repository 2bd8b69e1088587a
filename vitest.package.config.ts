import { defineConfig } from 'vitest/config'

/**
 * The tests of what is published, apart from `npm test`: they build, pack and install the package, and run it on every
 * supported line of Node, which the first run has to download.
 */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/pack-and-install.ts'],
    experimental: { viteModuleRunner: false },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A machine with much to do is late, not wrong: only a test that fails waits this long.
    expect: { poll: { timeout: 10_000 } },
    reporters: ['default'],
  },
})
