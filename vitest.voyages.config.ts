import { defineConfig } from 'vitest/config'

/** Of voyages that compare times, or fill the machine: nothing runs beside them. */
const ALONE = [
  'dead-collector',
  'frozen',
  'growth',
  'lost-telemetry',
  'no-collector-start',
  'overhead',
  'overload',
  'saturated-probes',
  'slow-collector',
  'slow-dependency',
  'starts',
  'stop-second-signal',
].map((voyage) => `test/trial/voyages/${voyage}.test.ts`)

/**
 * The voyages of the sea trial against real services, apart from `npm test`: each takes seconds. First those that only count,
 * some at a time, for they wait for most of theirs; then the others, one after another.
 */
export default defineConfig({
  test: {
    experimental: { viteModuleRunner: false },
    execArgv: ['--conditions=seaworthy-source'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // A machine with much to do is late, not wrong: only a test that fails waits this long.
    expect: { poll: { timeout: 10_000 } },
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'in company',
          include: ['test/trial/voyages/**/*.test.ts'],
          exclude: ALONE,
          maxWorkers: 4,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
