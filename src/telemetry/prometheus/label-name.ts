/** What a page says with a label of its own: whoever uses the name for something else gets another one. */
const OWN = /^(?:le|otel_scope_.*)$/s

/**
 * The label of an attribute. One whose name has a meaning on the page becomes `exported_…`, as Prometheus itself does
 * with labels of a page that it has a meaning for.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-attributes
 */
export function toLabelName(key: string, { keepsNames }: { readonly keepsNames: boolean }): string {
  const name = keepsNames ? toUtf8Label(key) : toLegacyLabel(key)
  return OWN.test(name) ? `exported_${name}` : name
}

/** Whether a name needs no quotes. */
export function isLegacyLabel(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)
}

/** As the Collector does with a digit at the beginning. */
function toLegacyLabel(key: string): string {
  const name = key.replace(/[^a-zA-Z0-9_]/g, '_').replace(/__+/g, '_')
  if (name === '') return '_'
  return /^\d/.test(name) ? `key_${name}` : name
}

/** Labels with two underscores in front belong to Prometheus. */
function toUtf8Label(key: string): string {
  const name = key.toWellFormed()
  if (name === '') return '_'
  return name.startsWith('__') ? `key${name}` : name
}
