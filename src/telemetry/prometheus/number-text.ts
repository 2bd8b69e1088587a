/** The value of a sample. */
export function toNumberText(value: number | bigint): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}

/**
 * A boundary as the label `le` has it. A label is text, so that 1, 1.0 and 1e0 would be three series: Prometheus and
 * OpenMetrics write it as Go writes a number, and OpenMetrics shows that it is no integer.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/#considerations-canonical-numbers
 */
export function toBoundText(value: number, { isOpenMetrics }: { readonly isOpenMetrics: boolean }): string {
  if (!Number.isFinite(value)) return toNumberText(value)
  const text = toGoText(value)
  return isOpenMetrics && !/[.e]/.test(text) ? `${text}.0` : text
}

/** `%g` of Go: an exponent of two digits at least, from a million up and below a ten-thousandth. */
function toGoText(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
