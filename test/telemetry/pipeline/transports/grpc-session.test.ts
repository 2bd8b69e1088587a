import { connect, createServer, type Socket } from 'node:net'
import { connect as connectHttp2 } from 'node:http2'
import { expect, test } from 'vitest'
import { systemClock } from '../../../../src/core/clock.ts'
import { GrpcSession } from '../../../../src/telemetry/pipeline/transports/grpc-session.ts'

/** Sockets that keep the process alive. */
const holding = (): number => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** A session with a server that takes everything, says nothing and never lets go by itself. */
async function silent(): Promise<AsyncDisposable & { readonly session: GrpcSession; readonly socket: Socket }> {
  const ends: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (end) => {
    ends.push(end.on('error', () => {}))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1')
  const accepted = new Promise((resolve) => server.once('connection', resolve))
  await Promise.all([accepted, new Promise((resolve) => socket.once('connect', resolve))])
  const session = new GrpcSession(
    connectHttp2('http://127.0.0.1', { createConnection: () => socket }),
    socket,
    systemClock,
  )
  return {
    session,
    socket,
    async [Symbol.asyncDispose]() {
      socket.destroy()
      for (const end of ends) end.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

test('a session keeps no process alive, neither before its first call nor during one', async () => {
  await turns(20)
  const before = holding()
  await using opened = await silent()
  await turns(20)
  // The listener and its end of the connection.
  expect(holding() - before).toBe(2)
  const call = opened.session.open({ ':path': '/' }).on('error', () => {})
  expect(holding() - before).toBe(2)
  call.destroy()
  await new Promise((resolve) => call.once('close', resolve))
  expect(holding() - before).toBe(2)
})

test('a session that takes no more calls is thrown away at once all the same, whatever it still has to write', async () => {
  await using opened = await silent()
  const call = opened.session.open({ ':path': '/' }).on('error', () => {})
  call.write(Buffer.alloc(16 * 1024 * 1024))
  await turns(20)
  opened.session.retire()
  expect(opened.session.isUsable).toBe(false)
  expect(opened.session.isOver).toBe(false)
  opened.session.destroy()
  expect(opened.session.isOver).toBe(true)
  expect(opened.socket.destroyed).toBe(true)
})
