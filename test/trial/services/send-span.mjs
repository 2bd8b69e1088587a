import { randomBytes } from 'node:crypto'

/** Sends one span of a server as OTLP in JSON to where the environment says. */
export async function sendSpan({ traceparent, name, isError = false, attributes = {} }) {
  const [, traceId, parentSpanId] = (
    traceparent ?? `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
  ).split('-')
  const now = BigInt(Date.now()) * 1_000_000n
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    parentSpanId,
    name,
    kind: 2,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 1_000_000n),
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: String(value) } })),
    status: isError ? { code: 2, message: 'boom' } : {},
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'test' } }] }
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`, { method: 'POST', headers, body }).catch(() => {})
}
