import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { RawHttp2Connection } from '../../src/load/http2-client.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import type { RawConnectionOptions } from '../../src/load/raw-connection-options.ts'
import { selfSignedCertificate } from '../server/self-signed-certificate.ts'
import { connectPlainly } from './start-everyone.ts'
import { type RunningProgram, startProgram } from './start-service.ts'

const CLEAN = { code: 0, signal: null }
const UNCLEAN = { code: 1, signal: null }
const NOTICE = 2 ** 31 - 1

interface RunningStreams extends RunningProgram {
  /** The port of a listener. */
  readonly portOf: (listener: string) => number
  beginStop(): Promise<void>
  report(): Readonly<Record<string, unknown>>
}

async function startStreams(env: Readonly<Record<string, string>> = {}): Promise<RunningStreams> {
  const { key, cert } = selfSignedCertificate()
  const program = startProgram(new URL('services/streams.ts', import.meta.url), { KEY: key, CERT: cert, ...env })
  try {
    await program.line('streams is ready')
  } catch (error) {
    await program[Symbol.asyncDispose]()
    throw error
  }
  const fields = (): readonly Readonly<Record<string, unknown>>[] =>
    program.lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
  return {
    ...program,
    portOf: (listener) => Number(fields().find((line) => line['component'] === listener && 'port' in line)?.['port']),
    async beginStop() {
      program.kill('SIGTERM')
      await program.line('streams received SIGTERM')
    },
    report: () => fields().find((line) => 'shutdown' in line)?.['shutdown'] as Readonly<Record<string, unknown>>,
  }
}

function http2(port: number, options: Partial<RawConnectionOptions> = {}): RawHttp2Connection {
  return new RawHttp2Connection({ clock: systemClock, host: '127.0.0.1', port, ...options })
}

const TLS = { tls: { rejectUnauthorized: false } }

describe.each([
  ['without TLS', 'h2c', {}],
  ['with TLS', 'h2', TLS],
] as const)('at SIGTERM, a client of HTTP/2 %s', (_, listener, options) => {
  test('that has a stream in flight gets its answer, and is sent away', async () => {
    await using service = await startStreams()
    const client = http2(service.portOf(listener), options)
    await client.request({ path: '/fast' })
    const slow = client.request({ path: '/slow' })
    await service.line('stream /slow')
    await service.beginStop()
    expect(await slow).toMatchObject({ outcome: 'answered', status: 200 })
    await client.closed
    expect(client.goaways.length).toBeGreaterThan(0)
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that is idle gets a GOAWAY and an orderly close', async () => {
    await using service = await startStreams()
    const client = http2(service.portOf(listener), options)
    await client.request({ path: '/fast' })
    await service.beginStop()
    await client.closed
    expect(client.goaways.length).toBeGreaterThan(0)
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that goes on asking on a long wire loses nothing', async () => {
    await using service = await startStreams()
    const client = http2(service.portOf(listener), { ...options, wireDelayMs: 25 })
    await client.request({ path: '/fast' })
    await service.beginStop()
    const outcomes: string[] = []
    while (client.isUsable) outcomes.push((await client.request({ path: '/fast' })).outcome)
    expect(outcomes.filter((outcome) => outcome !== 'answered' && outcome !== 'refused')).toEqual([])
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that hangs is asked by its signal, then cut, named, and the exit code says so', async () => {
    await using service = await startStreams({ DRAIN: '0ms', IN_FLIGHT: '600ms' })
    const client = http2(service.portOf(listener), options)
    const hung = client.request({ method: 'POST', path: '/hang?secret=1', body: 'x' })
    const polite = client.request({ path: '/polite' })
    await Promise.all([service.line('stream /hang'), service.line('stream /polite')])
    await service.beginStop()
    expect(await polite).toMatchObject({ outcome: 'answered', status: 503 })
    expect(await hung).toMatchObject({ outcome: expect.stringMatching(/^reset/), isRetrySafe: false })
    expect(await service.exit).toEqual(UNCLEAN)
    expect(JSON.stringify(service.report())).toContain(`${listener}: POST /hang after`)
    expect(service.lines.join()).not.toContain('secret')
  })
})

test('a shutdown notice comes first, and streams that are on the wire with it are served', async () => {
  await using service = await startStreams()
  const client = http2(service.portOf('h2c'), { wireDelayMs: 25 })
  await client.request({ path: '/fast' })
  await service.beginStop()
  const crossing = await Promise.all([1, 2, 3].map(() => client.request({ path: '/fast' })))
  expect(crossing.map(({ outcome }) => outcome)).toEqual(['answered', 'answered', 'answered'])
  await client.closed
  expect(client.goaways[0]).toBe(NOTICE)
  expect(await service.exit).toEqual(CLEAN)
})

test('a client of HTTP/1.1 on the same TLS port is drained as such', async () => {
  await using service = await startStreams()
  const client = new RawConnection({ clock: systemClock, host: '127.0.0.1', port: service.portOf('h2'), ...TLS })
  await client.request({ path: '/fast' })
  const slow = client.request({ path: '/slow' })
  await service.line('stream /slow')
  await service.beginStop()
  expect(await slow).toMatchObject({ outcome: 'answered', status: 200, saidClose: true })
  expect(await service.exit).toEqual(CLEAN)
})

describe('at SIGTERM, a client of a plain TCP server', () => {
  test('that waits for an answer gets it, and one that says nothing holds nobody up', async () => {
    await using service = await startStreams({ DRAIN: '0ms', IN_FLIGHT: '5s' })
    const silent = await connectPlainly(service.portOf('tcp'))
    const asking = await connectPlainly(service.portOf('tcp'))
    asking.socket.write('hello')
    await service.line('connected')
    await service.beginStop()
    expect(await asking.ending).toBe('end')
    expect(asking.text()).toBe('HELLO')
    expect(await silent.ending).toBe('end')
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that never gets an answer gets our end at the soft deadline, and closes', async () => {
    await using service = await startStreams({ DRAIN: '0ms', IN_FLIGHT: '800ms' })
    const waiting = await connectPlainly(service.portOf('tcp'))
    waiting.socket.write('-')
    await service.line('connected')
    await service.beginStop()
    expect(await waiting.ending).toBe('end')
    expect(await service.exit).toEqual(CLEAN)
  })
})
