import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A server that tests run against, as Debian packages it. */
export interface DebianServer {
  readonly package: string
  /** The programs of it that are started. */
  readonly programs: readonly string[]
}

/** What `test/systems` and `bench/rolling-restart` start, each as a process of its own; never the machine's service. */
export const DEBIAN_SERVERS: readonly DebianServer[] = [
  { package: 'redis-server', programs: ['redis-server'] },
  { package: 'rabbitmq-server', programs: ['rabbitmq-server', 'epmd'] },
  { package: 'postgresql', programs: ['initdb', 'postgres'] },
  { package: 'mariadb-server', programs: ['mariadbd'] },
  { package: 'nats-server', programs: ['nats-server'] },
  { package: 'haproxy', programs: ['haproxy'] },
  { package: 'nginx', programs: ['nginx'] },
  { package: 'chromium', programs: ['chromium'] },
]

/** Debian keeps some programs beside the path: by version, or behind a wrapper that insists on the system's own data. */
const BESIDE_THE_PATH: Readonly<Record<string, readonly [parent: string, child: string]>> = {
  'rabbitmq-server': ['/usr/lib/rabbitmq/lib', 'sbin'],
  initdb: ['/usr/lib/postgresql', 'bin'],
  postgres: ['/usr/lib/postgresql', 'bin'],
}

const PATH_OF_SERVERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** The path that a server gets: a user's own often has no `sbin`. */
export const SERVER_PATH = PATH_OF_SERVERS.join(':')

/** Where a program of {@link DEBIAN_SERVERS} lies; the newest version when there are several. */
export function findProgram(name: string): string | undefined {
  const beside = BESIDE_THE_PATH[name]
  const folders = beside === undefined ? PATH_OF_SERVERS : versionsIn(...beside)
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/** The packages that have to be installed before the tests of systems can run. */
export function missingPackages(): readonly string[] {
  return DEBIAN_SERVERS.filter(({ programs }) => programs.some((name) => findProgram(name) === undefined)).map(
    (server) => server.package,
  )
}

/** What to tell somebody whose machine lacks servers; nothing when all are there. */
export function explainMissing(packages: readonly string[] = missingPackages()): string | undefined {
  if (packages.length === 0) return undefined
  return (
    `The tests of systems start servers of Debian that are not here: ${packages.join(', ')}. ` +
    `Install them with "npm run systems:install" as root, or by hand: ` +
    `apt-get install --no-install-recommends ${packages.join(' ')}. Everything else is tested without them: npm test`
  )
}

function versionsIn(parent: string, child: string): readonly string[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent)
    .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((version) => join(parent, version, child))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
