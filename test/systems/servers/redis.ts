import { freePort } from '../../../src/process/free-port.ts'
import { answers, type RunningServer, serverFolder, startServerProcess } from './start-server.ts'

/** A Redis of its own, nothing on disk. With a port, it comes back where one was before. */
export async function startRedis(at?: number): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await serverFolder('redis'))
  const port = at ?? (await freePort())
  // BullMQ warns about any other eviction policy: a queue must not lose keys.
  const args = [`--port ${port}`, '--bind 127.0.0.1', '--save ""', '--appendonly no', '--maxmemory-policy noeviction']
  const server = stack.use(
    await startServerProcess({
      program: 'redis-server',
      args: args.flatMap((arg) => arg.split(' ')),
      folder: folder.path,
    }),
  )
  await server.whenReady(() => answers(port, 'PING\r\n', '+PONG'))
  const owned = stack.move()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    pid: server.pid,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
