import { join } from 'node:path'
import { freePort } from '../../../src/process/free-port.ts'
import { answers, type RunningServer, serverFolder, startServerProcess } from './start-server.ts'

/** A MariaDB of its own: `root` without a password, and none of the tables of its own that a real one has. */
export async function startMariadb(options: { readonly port?: number } = {}): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await serverFolder('mariadb'))
  const port = options.port ?? (await freePort())
  const server = stack.use(
    await startServerProcess({
      program: 'mariadbd',
      args: [
        // The first of all, or Debian's own settings are read.
        '--no-defaults',
        ...(process.getuid?.() === 0 ? ['--user=root'] : []),
        `--datadir=${folder.path}`,
        `--socket=${join(folder.path, 'socket')}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        '--skip-grant-tables',
        '--innodb-buffer-pool-size=8M',
        '--innodb-log-file-size=4M',
        '--innodb-flush-log-at-trx-commit=0',
      ],
      folder: folder.path,
    }),
  )
  // It speaks first, and names its version.
  await server.whenReady(() => answers(port, '', 'MariaDB'))
  const owned = stack.move()
  return {
    port,
    url: `mysql://root@127.0.0.1:${port}`,
    pid: server.pid,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
