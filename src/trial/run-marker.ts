/**
 * The variable in which every process of a run can be known, whatever its lifetime: what is left when everything has to
 * end at once is found by it.
 */
export const RUN_VARIABLE = 'SEAWORTHY_TRIAL_RUN'

/** As it stands in the environment of a process. */
export function runMarker(trialId: string): string {
  return `${RUN_VARIABLE}=${trialId}`
}
