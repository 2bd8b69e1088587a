// As little of an SDK as there can be: spans and a histogram over OTLP/HTTP in JSON, every few seconds and on a flush.
import { randomBytes } from 'node:crypto'

const nano = () => String(BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n)
const resource = {
  attributes: [
    { key: 'service.name', value: { stringValue: 'tiny' } },
    { key: 'telemetry.sdk.language', value: { stringValue: 'nodejs' } },
  ],
}

export class Telemetry {
  #spans = []
  #count = 0
  #startedAt = nano()
  #endpoint = process.env.OTEL_EXPORTER_OTLP_ENDPOINT

  constructor() {
    if (this.#endpoint === undefined) return
    const everyMs = Number(process.env.OTEL_BSP_SCHEDULE_DELAY ?? 5000)
    setInterval(() => void this.#sendSpans({ timeoutMs: 10_000 }).catch(() => {}), everyMs).unref()
  }

  begin(traceparent = '') {
    const [, traceId = randomBytes(16).toString('hex'), parentSpanId = ''] = traceparent.split('-')
    return { traceId, parentSpanId, spanId: randomBytes(8).toString('hex'), startTimeUnixNano: nano() }
  }

  end(record) {
    this.#spans.push({ ...record, name: 'GET', kind: 2, endTimeUnixNano: nano() })
    this.#count++
  }

  async flush({ timeoutMs = 2000, throws = false } = {}) {
    try {
      await Promise.all([this.#sendSpans({ timeoutMs }), this.#sendMetrics({ timeoutMs })])
    } catch (error) {
      if (throws) throw error
    }
  }

  async #sendSpans({ timeoutMs }) {
    const spans = this.#spans.splice(0)
    if (spans.length === 0) return
    await this.#post('traces', { resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans }] }] }, timeoutMs)
  }

  async #sendMetrics({ timeoutMs }) {
    const count = this.#count
    const point = {
      startTimeUnixNano: this.#startedAt,
      timeUnixNano: nano(),
      count,
      sum: count / 100,
      bucketCounts: [count],
      explicitBounds: [],
      attributes: [],
    }
    const metrics = [
      {
        name: 'http.server.request.duration',
        unit: 's',
        histogram: { aggregationTemporality: 2, dataPoints: [point] },
      },
    ]
    await this.#post('metrics', { resourceMetrics: [{ resource, scopeMetrics: [{ scope: {}, metrics }] }] }, timeoutMs)
  }

  async #post(signal, body, timeoutMs) {
    if (this.#endpoint === undefined) return
    const response = await fetch(`${this.#endpoint}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) throw new Error(`the collector answered ${response.status}`)
  }
}
