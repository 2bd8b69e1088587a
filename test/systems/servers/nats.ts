import { freePort } from '../../../src/process/free-port.ts'
import { answers, type RunningServer, serverFolder, startServerProcess } from './start-server.ts'

/** A NATS of its own, which keeps nothing. */
export async function startNats(): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await serverFolder('nats'))
  const port = await freePort()
  const server = stack.use(
    await startServerProcess({
      program: 'nats-server',
      args: ['--addr', '127.0.0.1', '--port', String(port)],
      folder: folder.path,
    }),
  )
  await server.whenReady(() => answers(port, '', 'INFO {'))
  const owned = stack.move()
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    pid: server.pid,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
