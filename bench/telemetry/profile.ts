import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../scripts/repository-files.ts'
import type { Load } from './load.ts'
import { MeasuredService } from './measured-service.ts'
import type { Sink } from './sink.ts'
import type { Variant } from './variants.ts'

export interface ProfileOptions {
  readonly variant: Variant
  readonly node: string
  readonly seaworthy: string
  readonly sink: Sink
  readonly load: Load
}

/** A file that `--cpu-prof` writes. @see https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

interface Share {
  readonly name: string
  readonly ratio: number
}

const FOLDER = join(ROOT, 'build/bench-telemetry/profiles')
const WARM_UP_MS = 3000
const LOAD_MS = 5000
const INTERVAL_US = 200
const SHOWN = 30
/** What V8 writes for time in which nothing runs. */
const IDLE = new Set(['(idle)', '(program)', '(root)'])

/** Runs one variant under load and keeps its profile. @returns the file, and what it says in short */
export async function profile({ variant, ...options }: ProfileOptions): Promise<string> {
  const folder = join(FOLDER, variant.name.replaceAll(/[^a-z0-9]+/gi, '-'))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${INTERVAL_US}`]
  {
    await using service = await MeasuredService.start({ ...options, variant, nodeArgs: flags })
    await options.load.run(service.port, { forMs: WARM_UP_MS })
    await options.load.run(service.port, { forMs: LOAD_MS })
  }
  const [file] = readdirSync(folder)
  if (file === undefined) throw new Error(`${variant.name} wrote no profile`)
  const path = join(folder, file)
  const { functions, packages } = readProfile(JSON.parse(readFileSync(path, 'utf8')) as CpuProfile)
  const table = (shares: readonly Share[]): string =>
    shares.map(({ name, ratio }) => `  ${(ratio * 100).toFixed(1).padStart(5)} %  ${name}`).join('\n')
  return `${variant.name}: ${path}\n\nby package\n${table(packages)}\n\nby function, itself\n${table(functions.slice(0, SHOWN))}\n`
}

/** The time that functions took themselves, as shares of the time in which something ran. */
export function readProfile({ nodes, samples, timeDeltas }: CpuProfile): {
  readonly functions: readonly Share[]
  readonly packages: readonly Share[]
} {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const functions = new Map<string, number>()
  const packages = new Map<string, number>()
  let busy = 0
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id)
    const took = timeDeltas[index] ?? 0
    if (frame === undefined || IDLE.has(frame.functionName)) continue
    busy += took
    const { functionName, url, lineNumber } = frame
    const where = packageOf(url, functionName)
    const name = `${functionName || '(anonymous)'}  ${url === '' ? '' : `${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`} [${where}]`
    functions.set(name, (functions.get(name) ?? 0) + took)
    packages.set(where, (packages.get(where) ?? 0) + took)
  }
  const shares = (times: ReadonlyMap<string, number>): readonly Share[] =>
    [...times].map(([name, took]) => ({ name, ratio: took / busy })).toSorted((a, b) => b.ratio - a.ratio)
  return { functions: shares(functions), packages: shares(packages) }
}

function packageOf(url: string, functionName: string): string {
  if (url === '') return functionName === '(garbage collector)' ? 'garbage collection' : 'native'
  if (url.startsWith('node:')) return 'node'
  const own = /\/package\/dist\/(.+)\/[^/]+$/.exec(url)?.[1]
  if (own !== undefined) return `seaworthy ${own}`
  const [name, inner] = url.split('node_modules/').at(-1)?.split('/') ?? []
  if (url.includes('node_modules/')) return name?.startsWith('@') === true ? `${name}/${inner}` : String(name)
  return 'the service'
}
