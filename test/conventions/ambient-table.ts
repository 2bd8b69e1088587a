/** Something that a program takes from around it without being given it, and the files that may. */
export interface Ambient {
  /** `object.property`, or the name of a global function. */
  readonly name: string
  /** What a file that needs it takes instead. */
  readonly instead: string
  /** Files, each with the reason. */
  readonly allowed: Readonly<Record<string, string>>
}

const CLI = 'The command line is where the outside world comes in.'
const FALLBACK = 'It fills in the default of the option, at the edge.'

export const AMBIENTS: readonly Ambient[] = [
  {
    name: 'Date.now',
    instead: 'a Clock',
    allowed: {
      'src/telemetry/trace/span-clock.ts': 'It implements the parameter: the time of day.',
      'src/logging/safe-logger.ts': 'The time of a line, which pino would take in the same way.',
    },
  },
  {
    name: 'setTimeout',
    instead: 'Clock.schedule() or sleep()',
    allowed: { 'src/core/clock.ts': 'It implements the parameter: the real time.' },
  },
  { name: 'setInterval', instead: 'Clock.schedule()', allowed: {} },
  {
    name: 'process.env',
    instead: 'an Environment as a parameter',
    allowed: {
      'src/cli/main.ts': CLI,
      'src/register/preload.ts': 'Nobody calls it who could pass something in: it is preloaded.',
      'src/service/service-options.ts': FALLBACK,
      'src/server/shedding/memory-use.ts':
        'NODE_OPTIONS, which this process was started with: it implements the parameter.',
    },
  },
  {
    name: 'process.exit',
    instead: 'an exit function as a parameter',
    allowed: {
      'src/cli/main.ts': CLI,
      'src/lifecycle/graceful-shutdown-options.ts': FALLBACK,
      'src/service/service-options.ts': FALLBACK,
      'src/cli/trial/interruption.ts': 'A second Ctrl-C ends it at once: it is the process.',
    },
  },
  {
    name: 'process.on',
    instead: 'the signals of the life cycle',
    allowed: {
      'src/lifecycle/signals.ts': 'It is the one place for signals; only run() and waitForShutdown() call it.',
      'src/telemetry/engine/at-exit.ts':
        'What is not on disk yet goes there when the process ends; only a started telemetry listens.',
      'src/core/process-exit.ts': 'It implements the parameter: the end of the process.',
      'src/cli/commands/dev.ts': CLI,
      'src/cli/trial/interruption.ts': CLI,
      'src/service/run-service.ts': 'An uncaught exception takes the full shutdown path; only run() listens.',
    },
  },
  { name: 'process.once', instead: 'the signals of the life cycle', allowed: {} },
  { name: 'console', instead: 'a Log', allowed: {} },
]

/** Modules that are a way round the table. */
export const WAYS_ROUND: readonly string[] = ['node:timers', 'node:timers/promises', 'node:process', 'node:console']
