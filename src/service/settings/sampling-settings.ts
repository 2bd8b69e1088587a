import { readSamplingPlan } from '../../telemetry/sampling/read-sampling-plan.ts'
import type { ResolvedSamplingPlan } from '../../telemetry/sampling/sampling-plan.ts'
import type { TelemetrySampling } from '../../telemetry/sampling-handle.ts'
import type { SettingsPart } from './settings-part.ts'

/** `sampling`: one plan in the place of another, between two traces. */
export function samplingSettings(sampling: () => TelemetrySampling | undefined): SettingsPart {
  let atStart: ResolvedSamplingPlan | undefined
  return {
    names: ['sampling'],
    check({ sampling: plan }) {
      if (plan !== undefined) readSamplingPlan(plan, '"sampling"')
    },
    apply({ sampling: plan }) {
      const running = sampling()
      if (running === undefined) return
      if (plan !== undefined) {
        atStart ??= running.plan
        running.swap(plan)
      } else if (atStart !== undefined) running.swap(atStart)
    },
  }
}
