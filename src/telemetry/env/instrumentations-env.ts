import type { EnvReader } from '../../core/env-reader.ts'

/** Which instrumentations are switched on and off, by the last part of the names of the published ones: `http`, `ioredis`. */
export interface InstrumentationSwitches {
  /** Only these are on; `undefined` for all. */
  readonly enabled: ReadonlySet<string> | undefined
  /** Off even if they are enabled. */
  readonly disabled: ReadonlySet<string>
}

/**
 * Reads the variables of the auto-instrumentations for Node.js. Names that mean nothing here are for those.
 *
 * @see https://www.npmjs.com/package/@opentelemetry/auto-instrumentations-node
 */
export function readInstrumentationSwitches(read: EnvReader): InstrumentationSwitches {
  return {
    enabled: readNames(read, 'OTEL_NODE_ENABLED_INSTRUMENTATIONS'),
    disabled: readNames(read, 'OTEL_NODE_DISABLED_INSTRUMENTATIONS') ?? new Set(),
  }
}

export function isSwitchedOn({ enabled, disabled }: InstrumentationSwitches, name: string): boolean {
  return enabled?.has(name) !== false && !disabled.has(name)
}

function readNames(read: EnvReader, variable: string): ReadonlySet<string> | undefined {
  const text = read.text(variable)
  return text === undefined ? undefined : new Set(text.split(',').map((name) => name.trim()))
}
