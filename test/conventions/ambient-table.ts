/** Something that a program takes from around it without being given it, and the files that may. */
export interface Ambient {
  /** `object.property`, or the name of a global function. */
  readonly name: string
  /** What a file that needs it takes instead. */
  readonly instead: string
  /** Files, or folders when they end in `/`, each with the reason. */
  readonly allowed: Readonly<Record<string, string>>
}

const CLI = 'The command line is where the outside world comes in.'
const CLOCK = 'It implements the parameter: the real time.'

export const AMBIENTS: readonly Ambient[] = [
  { name: 'Date.now', instead: 'a Clock', allowed: { 'src/cli/': CLI } },
  {
    name: 'setTimeout',
    instead: 'Clock.schedule() or sleep()',
    allowed: { 'src/core/clock.ts': CLOCK, 'src/cli/': CLI },
  },
  { name: 'setInterval', instead: 'Clock.schedule()', allowed: { 'src/cli/': CLI } },
  { name: 'process.env', instead: 'an Environment as a parameter', allowed: { 'src/cli/': CLI } },
  { name: 'process.exit', instead: 'an exit function as a parameter', allowed: { 'src/cli/main.ts': CLI } },
  {
    name: 'process.on',
    instead: 'the signals of the life cycle',
    allowed: {
      'src/cli/': CLI,
      'src/logging/process-exit.ts':
        'Log lines that still wait for a reader are written when the process ends; no signal is taken.',
    },
  },
  { name: 'process.once', instead: 'the signals of the life cycle', allowed: { 'src/cli/': CLI } },
  { name: 'console', instead: 'a Log', allowed: {} },
]

/** Modules that are a way round the table. */
export const WAYS_ROUND: readonly string[] = ['node:timers', 'node:timers/promises', 'node:process', 'node:console']
