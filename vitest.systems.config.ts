import { defineConfig } from 'vitest/config'

/**
 * The tests against real servers (Redis, RabbitMQ, PostgreSQL, MariaDB, NATS, Chromium), apart from `npm test`: they need packages of Debian.
 * Each file starts the server it needs as a process of its own, with its data in a temporary folder.
 */
export default defineConfig({
  test: {
    include: ['test/systems/**/*.test.ts'],
    globalSetup: ['test/systems/servers/require-servers.ts'],
    experimental: { viteModuleRunner: false },
    execArgv: ['--conditions=seaworthy-source'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // A machine with much to do is late, not wrong: only a test that fails waits this long.
    expect: { poll: { timeout: 10_000 } },
    // Servers and services share the machine with the runner: more files at once only make each slower.
    maxWorkers: 2,
    reporters: ['default'],
  },
})
