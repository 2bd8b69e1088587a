import type { EnvReader } from '../../core/env-reader.ts'
import type { SamplingPlan } from '../sampling/sampling-plan.ts'

export interface SamplerSettings {
  /** What decides for a trace that begins here. */
  readonly root: 'always_on' | 'always_off' | 'ratio'
  /** The part of traces that is sampled, 0 to 1; means something for `ratio` only. */
  readonly ratio: number
  /** Whether the decision of a parent, local or remote, is obeyed. */
  readonly isParentBased: boolean
}

const SAMPLERS = {
  always_on: { root: 'always_on', isParentBased: false },
  always_off: { root: 'always_off', isParentBased: false },
  traceidratio: { root: 'ratio', isParentBased: false },
  parentbased_always_on: { root: 'always_on', isParentBased: true },
  parentbased_always_off: { root: 'always_off', isParentBased: true },
  parentbased_traceidratio: { root: 'ratio', isParentBased: true },
} as const satisfies Record<string, Omit<SamplerSettings, 'ratio'>>

const NAMES = Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[]

/**
 * `OTEL_TRACES_SAMPLER` and its argument. Unset means what the specification says: parent-based, everything.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration
 */
export function readSampler(read: EnvReader, warn: (text: string) => void): SamplerSettings {
  const sampler = SAMPLERS[read.oneOf('OTEL_TRACES_SAMPLER', NAMES) ?? 'parentbased_always_on']
  const ratio = read.number('OTEL_TRACES_SAMPLER_ARG', { min: 0, max: 1 })
  if (ratio !== undefined && sampler.root !== 'ratio') {
    warn('OTEL_TRACES_SAMPLER_ARG is ignored: OTEL_TRACES_SAMPLER is not traceidratio or parentbased_traceidratio')
  }
  return { ...sampler, ratio: ratio ?? 1 }
}

/** The plan that these settings stand for. What is not parent-based decides about every span: see `PlannedSampler`. */
export function toSamplingPlan({ root, ratio, isParentBased }: SamplerSettings): SamplingPlan {
  const probability = root === 'ratio' ? ratio : root === 'always_on' ? 1 : 0
  return { default: { probability }, remoteParent: isParentBased ? 'respect' : 'ignore' }
}
