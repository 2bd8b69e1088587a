import type { ResourceDefinition } from 'seaworthy'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../src/process/free-port.ts'
import { RespServer } from './resp-server.ts'
import { startResource } from './running-resource.ts'

/** Those that both adapters have. */
export interface SharedOptions {
  readonly silence?: string | false
  readonly maxWaiting?: number
  readonly breaker?: false | { readonly failures?: number; readonly openFor?: string }
}

/** What both clients can do, by what they have in common. */
export interface Subject {
  get(key: string): Promise<unknown>
  duplicate(): { connect(): Promise<unknown> }
}

/** A client of Redis, and its adapter. */
export interface Kind {
  readonly name: string
  readonly define: (url: string, options?: SharedOptions) => ResourceDefinition<unknown, Subject>
  readonly block: (client: Subject) => Promise<unknown>
  /** A transaction of two commands. */
  readonly transact: (client: Subject) => Promise<unknown>
  readonly isConnected: (client: Subject) => boolean
}

/** Calls until one ends as it should; each has to end by itself. */
async function until(call: () => Promise<unknown>, isIt: (end: unknown) => boolean): Promise<void> {
  for (;;) {
    if (isIt(await call().catch((error: unknown) => error))) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const codeOf = (end: unknown): unknown => (end as { readonly code?: unknown }).code
const REFUSED = 'SEA_POLICY_CIRCUIT_OPEN'
const NO_BREAKER = { breaker: false } as const

/** What holds for every adapter of a client of Redis, against a server in this process that fails as it is told. */
export function testRedisClient({ name, define, block, transact, isConnected }: Kind): void {
  describe(name, () => {
    test('is connected and proven at the start, checked, and closed at the stop', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(define(server.url))
      expect(server.asked).toEqual(['PING'])
      expect(await resource.value.get('key')).toBe('value')
      expect(await resource.check()).toBeUndefined()
      await resource.stop()
      await server.until(({ open }) => open === 0)
      expect(resource.lines).toEqual([])
    })

    test('a server that is not there refuses the start, by name, and is not dialled any more', async () => {
      const url = `redis://user:secret@127.0.0.1:${await freePort()}`
      const error: unknown = await startResource(define(url)).catch((reason: unknown) => reason)
      expect(error).toMatchObject({
        code: 'SEA_DATABASE_UNUSABLE',
        message: expect.stringContaining("Redis can't be used: connect ECONNREFUSED"),
        cause: { code: 'ECONNREFUSED' },
      })
      expect(String(error)).not.toContain('secret')
    })

    test('a server that takes connections and says nothing refuses the start, after a while', async () => {
      await using server = await RespServer.start()
      server.isSilent = true
      await expect(startResource(define(server.url, { silence: '200ms' }))).rejects.toMatchObject({
        code: expect.stringMatching(/SEA_DATABASE_(UNUSABLE|TIMED_OUT)/),
      })
      await server.until(({ open }) => open === 0)
      const { dials } = server
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(server.dials).toBe(dials)
    })

    test('a wrong password refuses the start', async () => {
      await using server = await RespServer.start()
      const wrong = '-WRONGPASS invalid username-password pair or user is disabled.\r\n'
      server.answers = { ...server.answers, HELLO: wrong, AUTH: wrong, INFO: '-NOAUTH Authentication required.\r\n' }
      const url = server.url.replace('//', '//user:secret@')
      const error: unknown = await startResource(define(url)).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'SEA_DATABASE_UNUSABLE' })
      expect(String(error)).toContain('WRONGPASS')
      expect(String(error)).not.toContain('secret')
    })

    test('a connection on which nothing is heard any more is replaced; what waits on it fails, and it is one outage', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(define(server.url, { silence: '200ms', breaker: { failures: 1000 } }))
      server.isSilent = true
      const errors = await Promise.all([1, 2, 3].map(() => resource.value.get('key').catch((error: unknown) => error)))
      expect(errors.every((error) => error instanceof Error)).toBe(true)
      server.isSilent = false
      await until(
        () => resource.value.get('key'),
        (end) => end === 'value',
      )
      expect(server.dials).toBeGreaterThan(1)
      expect(resource.said('database.connection.lost')).toHaveLength(1)
      // node-redis sends with its greeting what has waited, so that is answered before it is ready.
      await until(
        () => resource.check(),
        (end) => end === undefined,
      )
      expect(resource.said('database.connection.restored')).toHaveLength(1)
    })

    test('a command that blocks may be silent for as long as it likes', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(define(server.url, { silence: '100ms' }))
      const blocking = block(resource.value).catch((error: unknown) => error)
      await server.until(({ asked }) => asked.includes('BLPOP'))
      await new Promise((resolve) => setTimeout(resolve, 400))
      expect(server.dials).toBe(1)
      expect(await resource.check()).toMatchObject({ status: 'degraded', message: expect.stringContaining('block') })
      server.isSilent = true
      await resource.stop(0)
      expect(await blocking).toBeInstanceOf(Error)
    })

    test('while the server is away, commands are refused at once, few dials are made, and it recovers by itself', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(define(server.url, { breaker: { failures: 2, openFor: '100ms' } }))
      server.isResetting = true
      server.cut()
      await until(
        () => resource.value.get('key'),
        (end) => codeOf(end) === REFUSED,
      )
      const refused = await resource.value.get('key').catch((error: unknown) => error)
      expect(refused).toMatchObject({ statusCode: 503 })
      expect(await resource.check()).toMatchObject({ status: 'unhealthy' })
      const { dials } = server
      for (let count = 0; count < 1000; count++) await resource.value.get('key').catch(() => {})
      expect(server.dials - dials).toBeLessThan(12)
      server.isResetting = false
      await until(
        () => resource.value.get('key'),
        (end) => end === 'value',
      )
      await until(
        () => resource.check(),
        (end) => end === undefined,
      )
      expect(resource.said('database.connection.lost')).toHaveLength(1)
      expect(resource.said('breaker.open').filter(({ level }) => level === 'warn')).toHaveLength(1)
      expect(resource.said('database.connection.restored')).toHaveLength(1)
    })

    test('so many commands wait for a connection and no more, and those are sent when it is there', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(define(server.url, { ...NO_BREAKER, maxWaiting: 3 }))
      await server.close()
      await until(
        () => Promise.resolve(isConnected(resource.value)),
        (end) => end === false,
      )
      const waiting = [1, 2, 3].map(() => resource.value.get('key'))
      await expect(resource.value.get('key')).rejects.toMatchObject({
        code: 'SEA_DATABASE_QUEUE_FULL',
        statusCode: 503,
      })
      await server.listen()
      expect(await Promise.all(waiting)).toEqual(['value', 'value', 'value'])
      expect(server.asked.filter((name) => name === 'GET')).toHaveLength(3)
    })

    test('what waits for a connection fails when there has been none for as long as silence may be, and is never sent', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(define(server.url, { ...NO_BREAKER, silence: '200ms' }))
      await server.close()
      await until(
        () => Promise.resolve(isConnected(resource.value)),
        (end) => end === false,
      )
      await expect(resource.value.get('key')).rejects.toBeInstanceOf(Error)
      await server.listen()
      await until(
        () => Promise.resolve(isConnected(resource.value)),
        (end) => end === true,
      )
      expect(server.asked).not.toContain('GET')
    })

    test('who waits for a connection already is refused when the circuit opens', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(
        define(server.url, { silence: '1m', breaker: { failures: 4, openFor: '10m' } }),
      )
      server.isResetting = true
      server.cut()
      await until(
        () => Promise.resolve(isConnected(resource.value)),
        (end) => end === false,
      )
      await expect(resource.value.get('key')).rejects.toMatchObject({ code: REFUSED })
    })

    test('a transaction is refused as a whole, and nothing of it is sent', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(define(server.url, { breaker: { failures: 1, openFor: '10m' } }))
      server.isResetting = true
      server.cut()
      await until(
        () => resource.value.get('key'),
        (end) => codeOf(end) === REFUSED,
      )
      const before = server.asked.length
      await expect(transact(resource.value)).rejects.toMatchObject({ code: REFUSED })
      expect(server.asked).toHaveLength(before)
    })

    test('errors of duplicates have a listener, and they end with the client', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(define(server.url))
      const copy = resource.value.duplicate()
      await copy.connect().catch(() => {})
      await server.until(({ open }) => open === 2)
      server.isResetting = true
      server.cut()
      await server.until(({ dials }) => dials >= 6)
      server.isResetting = false
      await server.until(({ open }) => open === 2)
      expect(resource.lines.filter(({ text }) => text.includes('a duplicate of the client'))).toHaveLength(1)
      await resource.stop()
      await server.until(({ open }) => open === 0)
    })

    test('a stop lets what was sent be answered; of a server that is silent it does not wait longer than silence may be', async () => {
      await using server = await RespServer.start()
      const patient = await startResource(define(server.url))
      const last = patient.value.get('key')
      await patient.stop()
      expect(await last).toBe('value')

      const resource = await startResource(define(server.url, { silence: '200ms' }))
      server.isSilent = true
      const never = resource.value.get('key').catch((error: unknown) => error)
      await resource.stop(20_000)
      expect(await never).toBeInstanceOf(Error)
      await server.until(({ open }) => open === 0)
    })

    test('a stop whose time is shorter than silence may be ends within it, of a server that is silent', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(define(server.url))
      server.isSilent = true
      const asked = resource.value.get('key').catch(() => 'failed')
      expect(await resource.stop(2_000)).toBe(true)
      expect(await asked).toBe('failed')
      await server.until(({ open }) => open === 0)
    })

    test.each(['BUSY', 'NOAUTH'])(
      'a server that answers %s to everything is refused as one that is away',
      async (code) => {
        await using server = await RespServer.start()
        const resource = await startResource(define(server.url, { breaker: { failures: 3, openFor: '10m' } }))
        const error = `-${code} no\r\n`
        server.answers = { ...server.answers, GET: error, PING: error }
        for (let call = 0; call < 4; call++) await expect(resource.value.get('key')).rejects.toThrow(code)
        expect(codeOf(await resource.value.get('key').catch((reason: unknown) => reason))).toBe(REFUSED)
        expect(resource.said('database.connection.restored')).toEqual([])
      },
    )

    test('a server that refuses writes is degraded, and says why', async () => {
      await using server = await RespServer.start()
      const resource = await startResource(define(server.url))
      server.answers = { GET: "-OOM command not allowed when used memory > 'maxmemory'.\r\n" }
      await expect(resource.value.get('key')).rejects.toThrow('OOM')
      expect(await resource.check()).toEqual({ status: 'degraded', message: 'writes are refused: OOM' })
      expect(resource.lines).toEqual([])
    })
  })
}
