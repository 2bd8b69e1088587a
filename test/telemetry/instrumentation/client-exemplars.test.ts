import { request as httpRequest } from 'node:http'
import { expect, test } from 'vitest'
import { deliverSpans, readBody, startServer, startTelemetry, type StartedTelemetry } from '../telemetry-fixture.ts'
import { inRequest } from './database/channel-fixture.ts'
import { createOrders, startGrpc } from './grpc-fixture.ts'

/** By method: the traces that what was measured of it leads to. */
function tracesOf({ receiver }: StartedTelemetry, name: string): Record<string, string[]> {
  const traces: Record<string, string[]> = {}
  for (const { latest } of receiver.store.metrics({ name })) {
    const method = latest.attributes['http.request.method'] ?? latest.attributes['rpc.method']
    if (latest.type !== 'histogram') throw new Error(`${name} is a ${latest.type}`)
    if (typeof method === 'string') traces[method] = latest.exemplars.map(({ traceId }) => traceId)
  }
  return traces
}

type Ask = (method: string) => Promise<unknown>

/** The connection belongs to the first request, and what comes later goes on it: in another one, and in none. */
async function askInTurns(ask: Ask, [first, second, third]: readonly [string, string, string]) {
  const traceOfAsking = (method: string): Promise<string> =>
    inRequest(async (span) => {
      await ask(method)
      return span.spanContext().traceId
    })
  const expected = { [first]: [await traceOfAsking(first)], [second]: [await traceOfAsking(second)], [third]: [] }
  await ask(third)
  return expected
}

test.for(['fetch', 'node:http'])(
  'what a request by %s has taken leads to the trace of whoever asked, not of whoever has opened the connection',
  async (client) => {
    await using started = await startTelemetry()
    await using server = await startServer((_request, response) => response.end('body'))
    const byFetch: Ask = async (method) => await (await fetch(server.url, { method })).text()
    const byHttp: Ask = (method) =>
      new Promise((resolve) => {
        httpRequest(server.url, { method }, (answer) => void readBody(answer).then(resolve)).end()
      })
    const expected = await askInTurns(client === 'fetch' ? byFetch : byHttp, ['POST', 'PUT', 'GET'])
    await deliverSpans(started, 8)
    expect(tracesOf(started, 'http.client.request.duration')).toEqual(expected)
  },
)

test('what a call of gRPC has taken leads to the trace of its caller, also where it waits for the connection of another', async () => {
  await using started = await startTelemetry()
  await using server = await startGrpc({ Place: (_call, callback) => callback(null, 'placed') })
  using orders = createOrders(server.target)
  const [place, missing] = await Promise.all(
    (['Place', 'Missing'] as const).map((method) =>
      inRequest(async (span) => {
        await orders.call(method)
        return span.spanContext().traceId
      }),
    ),
  )
  await deliverSpans(started, 6)
  expect(tracesOf(started, 'rpc.client.call.duration')).toEqual({
    'shop.Orders/Place': [place],
    'shop.Orders/Missing': [missing],
  })
})
