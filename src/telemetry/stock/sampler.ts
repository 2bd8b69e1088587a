import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
} from '@opentelemetry/sdk-trace'
import type { SamplerSettings } from '../env/sampler-env.ts'
import { TraceIdRatio } from '../sampling/trace-id-ratio.ts'

class RatioSampler implements Sampler {
  readonly #ratio: TraceIdRatio
  readonly #name: string

  constructor(ratio: number) {
    this.#ratio = new TraceIdRatio(ratio)
    this.#name = `TraceIdRatio{${ratio}}`
  }

  shouldSample(_context: unknown, traceId: string): SamplingResult {
    const isSampled = this.#ratio.includes(traceId)
    return { decision: isSampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD }
  }

  toString(): string {
    return this.#name
  }
}

export function createSampler(settings: SamplerSettings): Sampler {
  const root = createRoot(settings)
  return settings.isParentBased ? new ParentBasedSampler({ root }) : root
}

function createRoot({ root, ratio }: SamplerSettings): Sampler {
  switch (root) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'ratio':
      return new RatioSampler(ratio)
  }
}
