import { expect, test } from 'vitest'
import { systemClock } from '../../../../src/core/clock.ts'
import { decodeRequest } from '../../../../src/otlp/decode-request.ts'
import { decodeRequestJson } from '../../../../src/otlp/decode-request-json.ts'
import { jsonBody } from '../../../../src/telemetry/pipeline/transports/json-body.ts'
import { started, tracesBytes } from '../../../receiver/started-receiver.ts'
import { answer, opened, rawHttpServer } from './transport-fixture.ts'

const json = (port: number, env: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  ...env,
})

test.for(['none', 'gzip'])(
  'in JSON, compression %s, chunks laid end to end arrive as one request',
  async (compression) => {
    await using receiver = await started()
    using opening = await opened(json(receiver.port, { OTEL_EXPORTER_OTLP_COMPRESSION: compression }))

    const body = Array.from({ length: 50 }, (_, index) => tracesBytes(`span ${index} "quoted" ]}`))
    expect(await opening.send({ body })).toEqual({ kind: 'delivered' })
    expect(await opening.send({ body })).toEqual({ kind: 'delivered' })
    expect(receiver.store.spans()).toHaveLength(100)
    expect(receiver.store.spans()[49]?.name).toBe('span 49 "quoted" ]}')
    expect(receiver.counts.byTransport['http/json'].traces.requests).toBe(2)
  },
)

test('in JSON, what the collector rejected is told', async () => {
  await using receiver = await started({
    respond: () => ({ partialSuccess: { rejectedCount: 1, errorMessage: 'too old' } }),
  })
  using opening = await opened(json(receiver.port))
  expect(await opening.send()).toEqual({ kind: 'delivered', rejectedCount: 1, message: 'too old' })
})

test('a body in JSON says what its chunks say, and an empty one is a request as well', async () => {
  const chunks = [tracesBytes('one'), new Uint8Array(), tracesBytes('two')]
  const text = Buffer.concat(await jsonBody('traces', chunks, systemClock)).toString()
  expect(decodeRequestJson('traces', text)).toEqual(decodeRequest('traces', Buffer.concat(chunks)))
  for (const nothing of [[], [new Uint8Array()]]) {
    expect(Buffer.concat(await jsonBody('logs', nothing, systemClock)).toString()).toBe('{}')
  }
})

test('a large body is written in JSON in slices of the event loop', async () => {
  let now = 0
  // On this clock every slice is over at once.
  const impatient = { ...systemClock, now: () => (now += 10) }
  const written = jsonBody(
    'traces',
    Array.from({ length: 20 }, () => tracesBytes('one')),
    impatient,
  )
  let turns = 0
  let isOver = false
  const turn = (): void => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  await written
  isOver = true
  expect(turns).toBeGreaterThanOrEqual(19)
})

test('what cannot be written in JSON is refused, and perhaps only a part of it', async () => {
  await using server = await rawHttpServer(() => answer('200 OK'))
  using opening = await opened(json(server.port))
  expect(await opening.send({ body: [new Uint8Array([0xff])] })).toMatchObject({
    kind: 'refused',
    perhapsOnePart: true,
  })
})
