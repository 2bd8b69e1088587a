import { chmod, chown, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../../src/process/free-port.ts'
import { answers, type RunningServer, serverFolder, startServerProcess } from './start-server.ts'

/** The user that Debian's package creates: PostgreSQL refuses to run as root. */
const USER = 'postgres'

/** A client's first message (protocol 3.0). Only a server that is up lets it in, with an `R` of eight bytes. */
const STARTUP = startupMessage(`user\0${USER}\0database\0postgres\0\0`)
const LET_IN = 'R\0\0\0\b\0\0\0\0'

function startupMessage(parameters: string): Buffer {
  const message = Buffer.alloc(8 + parameters.length)
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(0x0003_0000, 4)
  message.write(parameters, 8, 'latin1')
  return message
}

/** A PostgreSQL of its own: one database `postgres`, no password, no sockets in the file system. */
export async function startPostgres(options: { readonly port?: number } = {}): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await serverFolder('postgres'))
  await giveToServer(folder.path)
  const data = join(folder.path, 'data')
  const plan = { folder: folder.path, user: USER }
  const init = await startServerProcess({
    ...plan,
    program: 'initdb',
    args: ['-D', data, '-U', USER, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
  })
  await init.succeeds()
  const port = options.port ?? (await freePort())
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'shared_buffers=16MB']
  const server = stack.use(
    await startServerProcess({
      ...plan,
      program: 'postgres',
      args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    }),
  )
  await server.whenReady(() => answers(port, STARTUP, LET_IN))
  const owned = stack.move()
  return {
    port,
    url: `postgres://${USER}@127.0.0.1:${port}/postgres`,
    pid: server.pid,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function giveToServer(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((each) => each.startsWith(`${USER}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined) throw new Error(`there is no user "${USER}"`)
  await chown(folder, Number(uid), Number(gid))
  await chmod(folder, 0o700)
}
