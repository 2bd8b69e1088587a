import { execFile } from 'node:child_process'
import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installDebianPackages } from '../debian-packages.ts'

/** What the Collector and `zoo/go/go.mod` ask for. Also the version that is fetched where Go is older. */
const WANTED = [1, 26, 0] as const
const TOOLCHAIN_MODULE = 'golang.org/toolchain'
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
/** Where Go lies when it isn't on the path: where its own instructions put it, and Debian. */
const BESIDE_THE_PATH = ['/usr/local/go/bin', '/usr/lib/go/bin']

const run = promisify(execFile)

/** Some Go, of whatever version; `undefined` where there is none. */
export function findGo(path: string = process.env['PATH'] ?? ''): string | undefined {
  return [...path.split(':'), ...BESIDE_THE_PATH].map((folder) => join(folder, 'go')).find((file) => existsSync(file))
}

/**
 * The same, from Debian where there is none.
 *
 * @param why what it is for, for the message where it can't be installed
 */
export async function findOrInstallGo(why: string): Promise<string> {
  const found = findGo()
  if (found !== undefined) return found
  await installDebianPackages(['golang-go'], why)
  const go = findGo()
  if (go === undefined) throw new Error('golang-go is installed, and there is no go')
  return go
}

/**
 * A Go that is new enough to build the Collector and the zoo: the one given, or a toolchain that it downloads as the module that
 * newer versions of Go fetch by themselves.
 */
export async function newEnoughGo(go: string): Promise<string> {
  if (isNewEnough(await versionOf(go))) return go
  const platform = `${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`
  const module = `${TOOLCHAIN_MODULE}@v0.0.1-go${WANTED.join('.')}.${platform}`
  console.log(`fetching ${module}`)
  const { stdout } = await run(go, ['mod', 'download', '-json', module], { maxBuffer: 1 << 20 })
  const { Dir: folder } = JSON.parse(stdout) as { Dir: string }
  makeRunnable(folder)
  return join(folder, 'bin', 'go')
}

async function versionOf(go: string): Promise<readonly number[]> {
  const { stdout } = await run(go, ['env', 'GOVERSION'], { env: { ...process.env, GOTOOLCHAIN: 'local' } })
  return stdout
    .trim()
    .replace(/^go/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10))
}

function isNewEnough(version: readonly number[]): boolean {
  const [major = 0, minor = 0] = version
  return major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1])
}

/** A module's files are not executable in the cache; Go repairs that for the toolchains that it fetches itself. */
function makeRunnable(folder: string): void {
  const tools = readdirSync(join(folder, 'pkg', 'tool'), { recursive: true, withFileTypes: true })
  const programs = tools.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const program of [join(folder, 'bin', 'go'), join(folder, 'bin', 'gofmt'), ...programs])
    chmodSync(program, 0o555)
}
