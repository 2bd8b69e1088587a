/** A `traceparent` that must not be continued. */
export interface OddContext {
  readonly name: string
  readonly traceparent: string
  /** What stands in the place of the trace id, in lower case: no span may carry it. */
  readonly traceId: string
}

/**
 * Eight ways in which `traceparent` can be malformed. Each is answered as if nothing had been sent: with a new trace, and
 * never with an error.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export const ODD_CONTEXTS: readonly OddContext[] = [
  odd('forbidden version', '0dd00000000000000000000000000001', (traceId) => `ff-${traceId}-00f067aa0ba902b7-01`),
  odd('all-zero trace id', '00000000000000000000000000000000', (traceId) => `00-${traceId}-00f067aa0ba902b7-01`),
  odd('all-zero parent id', '0dd00000000000000000000000000003', (traceId) => `00-${traceId}-0000000000000000-01`),
  odd('upper case', '0DD0000000000000000000000000000F', (traceId) => `00-${traceId}-00F067AA0BA902B7-01`),
  odd('trace id too short', '0dd0000000000000000000000000005', (traceId) => `00-${traceId}-00f067aa0ba902b7-01`),
  odd('no hexadecimal digits', '0dd0000000000000000000000000000g', (traceId) => `00-${traceId}-00f067aa0ba902b7-01`),
  odd('flags missing', '0dd00000000000000000000000000007', (traceId) => `00-${traceId}-00f067aa0ba902b7`),
  odd(
    'more than version 00 has',
    '0dd00000000000000000000000000008',
    (traceId) => `00-${traceId}-00f067aa0ba902b7-01-what`,
  ),
]

function odd(name: string, traceId: string, write: (traceId: string) => string): OddContext {
  return { name, traceId: traceId.toLowerCase(), traceparent: write(traceId) }
}
