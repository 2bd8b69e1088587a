import type { ComponentHost } from './component-host.ts'

export interface Checked<T> {
  readonly check?: (value: T, context: { readonly signal: AbortSignal }) => unknown
  readonly critical?: boolean
}

/** Makes the check of a component one of the service's: it decides on readiness. Taken out again before the stop. */
export function registerCheck<T>(
  { health }: ComponentHost<unknown>,
  name: string,
  { check, critical }: Checked<T>,
  value: T,
): void {
  if (check === undefined) return
  health.register({ name, critical: critical ?? true, groups: ['ready'], check: (context) => check(value, context) })
}
