import type { EnvReader } from '../../core/env-reader.ts'

/** Which instrumentations are switched on and off, by the last part of the names of the published ones: `http`, `ioredis`. */
export interface InstrumentationSwitches {
  /** Only these are on; `undefined` for all. */
  readonly enabled: ReadonlySet<string> | undefined
  /** Off even if they are enabled. */
  readonly disabled: ReadonlySet<string>
}

/** What there is to be switched here. */
const OWN: ReadonlySet<string> = new Set([
  'grpc',
  'http',
  'ioredis',
  'mongodb',
  'mysql2',
  'redis',
  'runtime-node',
  'sqlite',
  'undici',
])

/**
 * Reads the variables of the auto-instrumentations for Node.js. Names that mean nothing here are for those, and that is
 * said: it is easily taken for the other.
 *
 * @see https://www.npmjs.com/package/@opentelemetry/auto-instrumentations-node
 */
export function readInstrumentationSwitches(read: EnvReader, warn: (text: string) => void): InstrumentationSwitches {
  return {
    enabled: readNames(read, 'OTEL_NODE_ENABLED_INSTRUMENTATIONS', warn),
    disabled: readNames(read, 'OTEL_NODE_DISABLED_INSTRUMENTATIONS', warn) ?? new Set(),
  }
}

export function isSwitchedOn({ enabled, disabled }: InstrumentationSwitches, name: string): boolean {
  return enabled?.has(name) !== false && !disabled.has(name)
}

function readNames(read: EnvReader, variable: string, warn: (text: string) => void): ReadonlySet<string> | undefined {
  const text = read.text(variable)
  if (text === undefined) return undefined
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const others = names.filter((name) => !OWN.has(name))
  if (others.length > 0) {
    warn(
      `${variable} names ${others.join(', ')}, which is not observed by Seaworthy itself (that is ${[...OWN].join(', ')}): ` +
        'what you register yourself is switched where you register it',
    )
  }
  return new Set(names)
}
