/**
 * The lowest `severityNumber` of each severity; each one has four numbers.
 *
 * @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */
export const LOWEST_SEVERITY = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 } as const

/** Severities by their short names: each stands for a range of four numbers. */
export type SeverityName = keyof typeof LOWEST_SEVERITY

/** `undefined` for a record that has no severity, or one out of range. */
export function severityName(severityNumber: number): SeverityName | undefined {
  return (Object.keys(LOWEST_SEVERITY) as SeverityName[]).find(
    (name) => severityNumber >= LOWEST_SEVERITY[name] && severityNumber < LOWEST_SEVERITY[name] + 4,
  )
}
