import type { ProcessorCost } from '../history/views/processor-cost.ts'

/** The kernel counts user and system time in hundredths of a second each: less would be off by more than a tenth. */
export const NEEDED_CPU_MS = 200
export const NEEDED_REQUESTS = 200

/** Whether enough was done for the time that it took to be compared. */
export function isMeasurable(cost: ProcessorCost | undefined): cost is ProcessorCost {
  return cost !== undefined && cost.cpuMs >= NEEDED_CPU_MS && cost.requestCount >= NEEDED_REQUESTS
}
