import { createServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { expect, onTestFinished, test } from 'vitest'
import { type SeaworthyError } from '../../src/core/seaworthy-error.ts'
import { listen, type ListenOptions } from '../../src/server/listen.ts'

function makeServer() {
  const server = createServer((_, response) => void response.end('ok'))
  onTestFinished(() => void server.close())
  return server
}

async function failure(
  server: ReturnType<typeof createServer>,
  options: Partial<ListenOptions>,
): Promise<SeaworthyError> {
  try {
    await listen(server, { name: 'api', port: 0, host: '127.0.0.1', ...options })
  } catch (error) {
    return error as SeaworthyError
  }
  throw new Error('it was bound')
}

test('port 0 takes a free port, and the URL works', async () => {
  const bound = await listen(makeServer(), { name: 'api', port: 0, host: '127.0.0.1' })
  expect(bound.port).toBeGreaterThan(0)
  expect(bound.url).toBe(`http://127.0.0.1:${bound.port}`)
  expect(await (await fetch(bound.url)).text()).toBe('ok')
})

test('without a host it is bound to all interfaces, and the URL is one that works on this machine', async () => {
  const bound = await listen(makeServer(), { name: 'api', port: 0 })
  expect(['::', '0.0.0.0']).toContain(bound.host)
  expect(bound.url).toBe(`http://127.0.0.1:${bound.port}`)
})

test('the URL of a TLS server says https', async () => {
  const server = createHttpsServer({})
  onTestFinished(() => void server.close())
  expect((await listen(server, { name: 'api', port: 0, host: '127.0.0.1' })).url).toMatch(/^https:/)
})

test('a port that is taken is named, with the listener and how to find who has it', async () => {
  const { port } = await listen(makeServer(), { name: 'first', port: 0, host: '127.0.0.1' })
  const error = await failure(makeServer(), { port })
  expect(error.code).toBe('SEA_LISTENER_PORT_TAKEN')
  expect(error.message).toBe(`Listener "api" can't have 127.0.0.1:${port}: it is taken`)
  expect(error.hint).toContain(`sport = :${port}`)
  expect((error.cause as NodeJS.ErrnoException).code).toBe('EADDRINUSE')
})

test('an address that is not of this machine is named', async () => {
  const error = await failure(makeServer(), { host: '203.0.113.7' })
  expect(error.code).toBe('SEA_LISTENER_BIND_FAILED')
  expect(error.message).toBe(`Listener "api" can't be bound to 203.0.113.7:0: no such address on this machine`)
})

test.each([-1, 65_536, 1.5])('%d is no port', async (port) => {
  const error = await failure(makeServer(), { port })
  expect(error.code).toBe('SEA_LISTENER_BIND_FAILED')
  expect(error.message).toContain('that is no port')
})

test('a server that listens already is not bound again', async () => {
  const server = makeServer()
  await listen(server, { name: 'api', port: 0, host: '127.0.0.1' })
  expect((await failure(server, {})).message).toContain('the server is bound already')
})

test('a start that is given up binds nothing', async () => {
  const server = makeServer()
  const error = await failure(server, { signal: AbortSignal.abort(new Error('too late')) })
  expect(error.code).toBe('SEA_LISTENER_BIND_FAILED')
  expect(error.cause).toEqual(new Error('too late'))
  expect(server.listening).toBe(false)
})

test('errors of the bound listener go to onError, and without one they end nothing', async () => {
  const seen: SeaworthyError[] = []
  const server = makeServer()
  await listen(server, { name: 'api', port: 0, host: '127.0.0.1', onError: (error) => seen.push(error) })
  server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }))
  expect(seen.map(({ code, message }) => [code, message])).toEqual([
    ['SEA_LISTENER_FAILED', 'Listener "api" reported an error: accept EMFILE'],
  ])

  const silent = makeServer()
  await listen(silent, { name: 'api', port: 0, host: '127.0.0.1' })
  expect(() => silent.emit('error', new Error('whatever'))).not.toThrow()
})
