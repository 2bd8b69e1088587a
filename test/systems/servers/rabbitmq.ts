import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../../src/process/free-port.ts'
import { answers, type RunningServer, serverFolder, startServerProcess } from './start-server.ts'

/** What an AMQP 0-9-1 client says first; the server answers with `connection.start`, which names its mechanisms. */
const PROTOCOL_HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1')

/**
 * A RabbitMQ of its own, with its own Erlang port mapper: neither meets those of the machine. With a port, it comes back
 * where one was before, empty.
 */
export async function startRabbitmq(at?: number): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await serverFolder('rabbitmq'))
  const [free, distributionPort, mapperPort] = await Promise.all([freePort(), freePort(), freePort()])
  const port = at ?? free
  const mapper = stack.use(
    await startServerProcess({
      program: 'epmd',
      args: ['-port', String(mapperPort), '-address', '127.0.0.1'],
      folder: folder.path,
    }),
  )
  // The mapper's protocol: two bytes of length, then `n` for "names".
  await mapper.whenReady(() => answers(mapperPort, Buffer.from([0, 1, 110]), ''))
  const configuration = join(folder.path, 'rabbitmq.conf')
  await writeFile(
    configuration,
    [
      `listeners.tcp.default = 127.0.0.1:${port}`,
      'log.console = true',
      'log.file = false',
      'vm_memory_high_watermark.absolute = 512MB',
      'disk_free_limit.absolute = 1MB',
      '',
    ].join('\n'),
  )
  const server = stack.use(
    await startServerProcess({
      program: 'rabbitmq-server',
      args: [],
      folder: folder.path,
      env: {
        ERL_EPMD_PORT: String(mapperPort),
        ERL_EPMD_ADDRESS: '127.0.0.1',
        RABBITMQ_NODENAME: `seaworthy-${port}@localhost`,
        RABBITMQ_DIST_PORT: String(distributionPort),
        RABBITMQ_MNESIA_BASE: join(folder.path, 'mnesia'),
        RABBITMQ_LOG_BASE: join(folder.path, 'log'),
        RABBITMQ_CONFIG_FILE: configuration,
        RABBITMQ_CONF_ENV_FILE: join(folder.path, 'none'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder.path, 'enabled_plugins'),
        RABBITMQ_PID_FILE: join(folder.path, 'pid'),
        // The script then becomes the server, rather than its parent: signals reach what they are meant for.
        RUNNING_UNDER_SYSTEMD: '1',
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none',
      },
    }),
  )
  await server.whenReady(() => answers(port, PROTOCOL_HEADER, 'PLAIN'))
  const owned = stack.move()
  return {
    port,
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    pid: server.pid,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
