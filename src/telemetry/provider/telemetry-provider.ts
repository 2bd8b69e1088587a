import type { Clock } from '../../core/clock.ts'
import { OptionReader } from '../../core/option-reader.ts'
import type { Signal } from '../../otlp/model.ts'
import { ForeignSdk, findProviders, type SdkPart, sdkPartOf } from './foreign-sdk.ts'

/** A whole SDK, such as `NodeSDK` of `@opentelemetry/sdk-node`, or anything that ends and may flush. */
export interface WholeSdk {
  shutdown(): Promise<unknown>
  forceFlush?(): Promise<unknown>
}

/** The providers of an SDK, those that there are. What the API returns for them will do: `trace.getTracerProvider()`. */
export interface SdkProviders {
  /** Has `shutdown()`, and `forceFlush()` where something can be flushed. */
  readonly tracerProvider?: object
  /** The same. */
  readonly meterProvider?: object
  /** The same. */
  readonly loggerProvider?: object
}

/** An OpenTelemetry SDK of one's own: as a whole, or by its providers. It is registered with the API and started by you. */
export type TelemetryProvider = WholeSdk | SdkProviders

const SIGNAL_OF = {
  tracerProvider: 'traces',
  meterProvider: 'metrics',
  loggerProvider: 'logs',
} as const satisfies Record<keyof SdkProviders, Signal>
const NAMES = Object.keys(SIGNAL_OF) as (keyof SdkProviders)[]
const EXPECTED =
  'expected an SDK with shutdown(), such as a NodeSDK, or { tracerProvider, meterProvider, loggerProvider }'

/** Reads the option `provider`; problems are those of `options`. */
export function readTelemetryProvider(options: OptionReader): TelemetryProvider | undefined {
  const value = options.value<unknown>('provider')
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    options.problem(`"provider" ${EXPECTED}`)
    return undefined
  }
  if (isWhole(value)) return value
  const given = Object.keys(value)
  if (given.length === 0 || given.some((name) => !(name in SIGNAL_OF))) {
    options.problem(`"provider" has ${given.map((name) => `"${name}"`).join(', ') || 'nothing'}, ${EXPECTED}`)
    return undefined
  }
  const read = new OptionReader(value, 'provider')
  for (const name of NAMES) {
    const provider = read.value(name)
    if (provider !== undefined && sdkPartOf(provider) === undefined) {
      read.problem(`"${name}" has no shutdown(): give it the provider of the SDK, after the SDK was started`)
    }
  }
  options.include(read)
  return value
}

/** What a checked provider consists of: read when telemetry starts, because until then its SDK may not have started. */
export function openProvider(provider: TelemetryProvider, clock: Clock): ForeignSdk {
  if (isWhole(provider)) return new ForeignSdk(findProviders(), { whole: provider, clock })
  const parts = NAMES.flatMap((name): (readonly [Signal, SdkPart])[] => {
    const part = sdkPartOf(provider[name])
    return part === undefined ? [] : [[SIGNAL_OF[name], part]]
  })
  return new ForeignSdk(new Map(parts), { clock })
}

function isWhole(value: object): value is WholeSdk {
  return typeof (value as Partial<WholeSdk>).shutdown === 'function'
}
