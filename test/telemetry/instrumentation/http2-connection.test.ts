import type { ServerHttp2Stream } from 'node:http2'
import { expect, test } from 'vitest'
import { Http2Connection } from '../../../src/telemetry/instrumentation/http2-connection.ts'
import { createMethodNames } from '../../../src/telemetry/instrumentation/http-method.ts'

const GET = createMethodNames()('GET')

function streamOf(session: object | undefined): ServerHttp2Stream {
  return { session } as unknown as ServerHttp2Stream
}

const described = (template: { fill(put: (key: string, value: unknown) => void): void }): object => {
  const attributes: Record<string, unknown> = {}
  template.fill((key, value) => {
    attributes[key] = value
  })
  return attributes
}

test('the streams of a session share what is said of it, and one without a session says of nobody', () => {
  const session = { socket: { remoteAddress: '10.0.0.9', remotePort: 40_000 } }
  const connection = Http2Connection.of(streamOf(session))
  expect(Http2Connection.of(streamOf(session))).toBe(connection)
  const headers = { ':authority': 'shop.example:8080', ':scheme': 'http', ':method': 'GET' }
  expect(described(connection.callTemplateOf(headers))).toMatchObject({ 'client.address': '10.0.0.9' })
  expect(described(Http2Connection.of(streamOf(undefined)).callTemplateOf(headers))).not.toHaveProperty(
    'client.address',
  )
})

test('of one session, requests and calls to other names or by another scheme are described as such', () => {
  const connection = Http2Connection.of(streamOf({ socket: {} }))
  const cases = [
    ['shop.example', 'http', 80],
    ['shop.example', 'https', 443],
    ['stock.example', 'https', 443],
  ] as const
  for (const [authority, scheme, port] of cases) {
    const headers = { ':authority': authority, ':scheme': scheme, ':method': 'GET' }
    const ends = { 'server.address': authority, 'server.port': port }
    const call = connection.callTemplateOf(headers)
    expect(described(call)).toMatchObject(ends)
    expect(connection.callTemplateOf(headers)).toBe(call)
    const request = connection.templateOf(headers, GET)
    expect(described(request)).toMatchObject({ ...ends, 'url.scheme': scheme })
    expect(connection.templateOf(headers, GET)).toBe(request)
  }
})
