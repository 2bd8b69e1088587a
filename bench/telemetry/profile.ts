import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../scripts/repository-files.ts'
import type { Load } from './load.ts'
import { MeasuredService, type Memory } from './measured-service.ts'
import { IN_PROCESS_REQUESTS } from './settings.ts'
import type { Sink } from './sink.ts'
import type { Variant } from './variants.ts'

/** What is shown: processor time under load, without a kernel or until the first answer; or what memory is made of. */
export type ProfileKind = 'load' | 'in-process' | 'start' | 'memory'

export interface ProfileOptions {
  readonly variant: Variant
  readonly kind: ProfileKind
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
const WARM_UP_MS = 2000
const LOAD_MS = 4000
const IN_PROCESS_TURNS = 4
const INTERVAL_US = 200
const SHOWN_FUNCTIONS = 30
const SHOWN_PACKAGES = 20
const MIB = 1024 * 1024
/** What V8 writes for time in which nothing runs. */
const IDLE = new Set(['(idle)', '(program)', '(root)'])

/**
 * Runs one variant and says where its time goes, or its memory. What V8 wrote stays in `build/bench-telemetry/profiles`.
 *
 * @returns at most 60 lines
 */
export async function profile({ variant, kind, ...options }: ProfileOptions): Promise<string> {
  const title = `${variant.name}, ${kind}`
  if (kind === 'memory') return `${title}\n\n${await describeMemory({ variant, ...options })}`
  const folder = join(FOLDER, title.replaceAll(/[^a-z0-9]+/gi, '-'))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const nodeArgs = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${INTERVAL_US}`]
  const program = kind === 'in-process' ? { program: 'in-process.cjs' } : {}
  {
    await using service = await MeasuredService.start({ ...options, ...program, variant, nodeArgs })
    for (let turn = 0; kind === 'in-process' && turn < IN_PROCESS_TURNS; turn++)
      await service.ask({ ask: 'measure', requests: IN_PROCESS_REQUESTS })
    if (kind === 'load') await options.load.run(service.port, { forMs: WARM_UP_MS + LOAD_MS })
  }
  const [file] = readdirSync(folder)
  if (file === undefined) throw new Error(`${variant.name} wrote no profile`)
  const { functions, packages } = readProfile(JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile)
  const table = (shares: readonly Share[]): string =>
    shares.map(({ name, ratio }) => `  ${(ratio * 100).toFixed(1).padStart(5)} %  ${name}`).join('\n')
  return `${title}\n\nby package\n${table(packages.slice(0, SHOWN_PACKAGES))}\n\nby function, itself\n${table(functions.slice(0, SHOWN_FUNCTIONS))}\n`
}

/** At the first answer, and after a load. */
async function describeMemory({ variant, ...options }: Omit<ProfileOptions, 'kind'>): Promise<string> {
  await using service = await MeasuredService.start({ ...options, variant })
  const first = await service.ask<Memory>({ ask: 'memory' })
  await options.load.run(service.port, { forMs: WARM_UP_MS + LOAD_MS })
  const loaded = await service.ask<Memory>({ ask: 'memory' })
  const mib = (bytes: number | undefined): string => ((bytes ?? 0) / MIB).toFixed(1).padStart(8)
  return ['MiB: at the first answer, after a load']
    .concat(
      Object.entries(first)
        .filter(([name, bytes]) => Math.max(bytes, loaded[name] ?? 0) > MIB / 20)
        .map(([name, bytes]) => `${mib(bytes)} ${mib(loaded[name])}  ${name}`),
      '',
    )
    .join('\n')
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
