import type { LimitValues, SheddingOptions, SheddingWords } from './shedding-options.ts'

/** What holds for one listener: every word that was said about it, the latest first, and the defaults. */
export interface SheddingSettings {
  /** `Infinity` where there is no limit. */
  readonly limits: { readonly [K in keyof LimitValues]: number }
  readonly afterMs: number
  readonly calmMs: number
  readonly retryAfter: { readonly minSeconds: number; readonly maxSeconds: number }
  readonly exempt: NonNullable<SheddingOptions['exempt']>
  readonly affectsReadiness: boolean
}

/** Words of one place; limits that were changed at run time have nothing else. */
export type Layer = Partial<Omit<SheddingWords, 'limits'>> & { readonly limits: LimitValues }

/** @param layers the ones that go before the others first */
export function settle(layers: readonly Layer[]): SheddingSettings {
  const limit = (name: keyof LimitValues): number => first(layers, ({ limits }) => limits[name]) ?? Infinity
  return {
    limits: {
      maxEventLoopDelayMs: limit('maxEventLoopDelayMs'),
      maxInFlight: limit('maxInFlight'),
      maxMemoryPercent: limit('maxMemoryPercent'),
      maxMemoryBytes: limit('maxMemoryBytes'),
      maxHeapPercent: limit('maxHeapPercent'),
    },
    afterMs: first(layers, ({ afterMs }) => afterMs) ?? 1000,
    calmMs: first(layers, ({ calmMs }) => calmMs) ?? 5000,
    retryAfter: first(layers, ({ retryAfter }) => retryAfter) ?? { minSeconds: 1, maxSeconds: 5 },
    exempt: first(layers, ({ exempt }) => exempt) ?? [],
    affectsReadiness: first(layers, ({ affectsReadiness }) => affectsReadiness) ?? false,
  }
}

function first<T>(layers: readonly Layer[], read: (layer: Layer) => T | undefined): T | undefined {
  for (const layer of layers) {
    const value = read(layer)
    if (value !== undefined) return value
  }
  return undefined
}
