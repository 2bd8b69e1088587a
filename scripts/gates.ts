import { NODE_VERSIONS } from './node-versions.ts'

/** One thing that must hold before a change lands. */
export interface Gate {
  readonly name: string
  /** What it proves, in a few words for the headline. */
  readonly proves: string
  readonly command: readonly [string, ...string[]]
  /** A run that takes longer is ended: nothing here may hang a pipeline. */
  readonly limitMs: number
  /** Vitest writes its counts here, so that the closing line can add them up; other gates count as one. */
  readonly report?: string
  /** Left out when `npm test` has just passed. */
  readonly partOfTest?: boolean
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Where `npm test` writes its counts when it is asked to (as `.ci/run` does). */
export const TEST_REPORT = 'build/ci/tests.json'

function vitest(report: string, ...args: readonly string[]): readonly [string, ...string[]] {
  return ['vitest', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
}

/** The process tests again, with what would be published in place of the sources, on another Node. */
function builtOn(version: string): Gate {
  const report = `build/ci/built-${version}.json`
  const [, , ...reporting] = vitest(report)
  return {
    name: `built on Node ${version}`,
    proves: 'starts, signals, exits and drains of the built service',
    command: ['node', 'scripts/test-built.ts', version, ...reporting],
    limitMs: 10 * MINUTE_MS,
    report,
  }
}

/** `2/4`: another one each day (UTC), the same for all runs of a day. */
function shardOfToday(count: number): string {
  return `${(Math.floor(Date.now() / DAY_MS) % count) + 1}/${count}`
}

/** Cheap ones first: what fails should fail soon. */
export const GATES: readonly Gate[] = [
  {
    name: 'lint',
    proves: 'no mistake that a linter finds',
    command: ['oxlint', '--type-aware', '--deny-warnings'],
    limitMs: 3 * MINUTE_MS,
  },
  { name: 'format', proves: 'one format', command: ['oxfmt', '--check', '.'], limitMs: MINUTE_MS },
  { name: 'types', proves: 'the types hold', command: ['tsc', '--noEmit'], limitMs: 3 * MINUTE_MS },
  {
    name: 'unused',
    proves: 'no file, export or dependency that nothing uses',
    command: ['knip', '--no-progress'],
    limitMs: 3 * MINUTE_MS,
  },
  {
    name: 'docs',
    proves: 'the generated pages are as their sources are',
    command: ['node', 'scripts/docs-gen.ts', '--check'],
    limitMs: MINUTE_MS,
  },
  {
    name: 'conventions',
    proves: 'layers, error codes, exports, links',
    command: vitest('build/ci/conventions.json', 'test/conventions'),
    limitMs: 3 * MINUTE_MS,
    report: 'build/ci/conventions.json',
    partOfTest: true,
  },
  {
    name: 'tests',
    proves: 'what the code promises',
    command: vitest(TEST_REPORT, '--exclude=test/conventions/**'),
    limitMs: 10 * MINUTE_MS,
    report: TEST_REPORT,
    partOfTest: true,
  },
  {
    name: 'docs site',
    proves: 'it builds, without a dead link',
    command: ['node', 'scripts/docs-build.ts'],
    limitMs: 5 * MINUTE_MS,
  },
  {
    name: 'package',
    proves: 'what would be published is whole',
    command: ['node', 'scripts/pack-check.ts'],
    limitMs: 5 * MINUTE_MS,
  },
  {
    name: 'package tests',
    proves: 'the installed package works on every supported Node',
    command: vitest('build/ci/package.json', '--config', 'vitest.package.config.ts'),
    limitMs: 15 * MINUTE_MS,
    report: 'build/ci/package.json',
  },
  {
    name: 'system servers',
    proves: 'the servers that tests start are installed; installs them from Debian when they are not',
    command: ['node', 'scripts/systems.ts'],
    limitMs: 15 * MINUTE_MS,
  },
  {
    name: 'collector',
    proves: 'a real OpenTelemetry Collector can be built from its Go modules, for the tests that start one',
    command: ['node', 'scripts/collector/build.ts'],
    limitMs: 15 * MINUTE_MS,
  },
  {
    name: 'systems',
    proves: 'work taken from Redis, RabbitMQ and PostgreSQL outlives rolling restarts; telemetry a Collector that dies',
    command: vitest('build/ci/systems.json', '--config', 'vitest.systems.config.ts'),
    limitMs: 10 * MINUTE_MS,
    report: 'build/ci/systems.json',
  },
  ...NODE_VERSIONS.map((version) => builtOn(version)),
  {
    name: 'zoo',
    proves: 'half of the zoo, the other one tomorrow: each defect is caught by the trial that has to',
    // Not run, and said: animals whose language is not installed.
    command: ['npm', 'run', '--silent', 'zoo', '--', '--named', '--defects', '--together', '4', '--part', 'today/2'],
    limitMs: 25 * MINUTE_MS,
  },
  {
    name: 'voyages in part',
    proves: 'a quarter of the voyages of the trial, another one each day, against services that are good and bad',
    command: vitest('build/ci/voyages.json', '--config', 'vitest.voyages.config.ts', `--shard=${shardOfToday(4)}`),
    limitMs: 15 * MINUTE_MS,
    report: 'build/ci/voyages.json',
  },
  {
    name: 'mutations',
    proves: 'no OTLP body crashes, hangs or fills a decoder',
    command: ['node', 'scripts/fuzz-otlp.ts', '--count', '100000'],
    limitMs: 10 * MINUTE_MS,
  },
  {
    name: 'bench drain quick',
    proves: 'ours lose no request while they stop, and a peer does in the same run',
    // The first time, it installs the peers.
    command: ['npm', 'run', '--silent', 'bench:drain', '--', '--quick', '--check'],
    limitMs: 5 * MINUTE_MS,
  },
  {
    name: 'bench health quick',
    proves:
      'a busy loop lives for its probes, a stuck one is told with its stack, and a storm of probes runs a check at most once',
    // How fast anything was decides nothing.
    command: ['npm', 'run', '--silent', 'bench:health', '--', '--quick', '--check'],
    limitMs: 5 * MINUTE_MS,
  },
  {
    name: 'bench shedding quick',
    proves: 'under twice its load a service that sheds serves more in time than without, refuses the rest, and lives',
    command: ['npm', 'run', '--silent', 'bench:shedding', '--', '--quick', '--check'],
    limitMs: 5 * MINUTE_MS,
  },
  {
    name: 'bench telemetry quick',
    proves: 'beside the stock SDK, every request is answered and leaves the spans that the sampling says, or a count',
    // The first time, it installs the peers. How fast anything was decides nothing.
    command: ['npm', 'run', '--silent', 'bench:telemetry', '--', '--quick', '--check'],
    limitMs: 5 * MINUTE_MS,
  },
  {
    name: 'rolling restart quick',
    proves: 'two replicas behind HAProxy and nginx are restarted under load without a failed request',
    command: ['npm', 'run', '--silent', 'bench:rolling', '--', '--quick'],
    limitMs: 5 * MINUTE_MS,
  },
  {
    name: 'demo',
    proves: 'the ledger of the demo balances',
    command: ['npm', 'run', '--silent', 'demo', '--', '--json'],
    limitMs: 3 * MINUTE_MS,
  },
]
