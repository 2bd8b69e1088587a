import { expect, test } from 'vitest'
import type { Http2Result } from '../../src/load/http2-client.ts'
import { openHttp2, startDrainedHttp2 } from './start-http2.ts'
import { until } from './start-server.ts'

const BODY = Buffer.alloc(40_000, 'x')
const CLIENTS = 8
const STREAMS_AT_ONCE = 5
const WIRE_DELAY_MS = 25

/** Clients that never retry: each keeps so many streams open at a time, and moves to a new connection when told to go. */
async function load(port: number, results: Http2Result[]): Promise<void> {
  let isRefused = false
  const client = async (): Promise<void> => {
    while (!isRefused) {
      const connection = openHttp2(port, { wireDelayMs: WIRE_DELAY_MS })
      const stream = async (): Promise<void> => {
        while (connection.isUsable) {
          const result = await connection.request({ path: '/', method: 'POST', body: BODY })
          results.push(result)
          if (result.outcome === 'refused' && result.errorCode === 'ECONNREFUSED') isRefused = true
        }
      }
      await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, () => stream()))
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, () => client()))
}

test('a stop under load on a wire of 25 ms each way loses no stream of clients that never retry', async () => {
  const { port, drain } = await startDrainedHttp2((request, response) => {
    let bytes = 0
    request.on('data', (part: Buffer) => (bytes += part.length))
    request.on('end', () => setTimeout(() => response.end(BODY.subarray(0, bytes)), 10))
  })
  const results: Http2Result[] = []
  const played = load(port, results)
  await until(() => results.length > 80)
  drain.startDraining()
  const before = results.length
  await until(() => results.length > before + 200)
  const report = await drain.finish({ limitMs: 60_000 })
  await played
  const lost = results.filter(({ outcome }) => outcome !== 'answered' && outcome !== 'refused')
  expect(lost).toEqual([])
  const answered = results.filter(({ outcome }) => outcome === 'answered')
  expect(answered.every(({ bodyBytes }) => bodyBytes === BODY.length)).toBe(true)
  expect(report).toMatchObject({ clean: true, figures: { answered: answered.length, clientGone: 0 } })
  expect(report.figures['noticed']).toBeGreaterThan(CLIENTS)
}, 60_000)
