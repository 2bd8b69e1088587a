import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Known } from '../facts.ts'
import type { ProbeName } from '../history/event.ts'
import type { DeclaredProbe, PreStop } from './declared.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import { readManifestEnv } from './manifest-env.ts'
import { readPreStop } from './manifest-pre-stop.ts'
import { readManifestProbes } from './manifest-probes.ts'
import { readStrategy } from './manifest-strategy.ts'
import { findWorkload } from './manifest-workload.ts'
import { childOf, itemsOf, type Placed, textOf } from './placed.ts'
import { parsePlacedYaml } from './placed-yaml.ts'
import { readBytes, readInteger, readText } from './read-scalars.ts'

/** What a manifest says of the service, in the numbers that Kubernetes would use. */
export interface FromManifest {
  readonly port?: Known<number>
  readonly probes: Partial<Record<ProbeName, DeclaredProbe>>
  readonly env: ReadonlyMap<string, string>
  readonly graceMs: Known<number>
  readonly preStop?: Known<PreStop>
  readonly startupMs?: Known<number>
  readonly memoryLimitBytes?: Known<number>
  readonly replicas: Known<number>
  readonly maxSurge: Known<number>
  readonly maxUnavailable: Known<number>
}

const DEFAULT_GRACE_S = 30

/** What a manifest is read with. */
export interface ManifestSurroundings {
  readonly cwd: string
  /** The variables that the command gets without the manifest. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Reads `FILE`, `FILE#WORKLOAD` or `FILE#WORKLOAD/CONTAINER`. */
export async function readManifest(
  said: Placed,
  { cwd, env }: ManifestSurroundings,
  problems: DeclarationProblems,
  notes: string[],
): Promise<FromManifest | undefined> {
  const value = readText(said, problems)
  if (value === undefined) return undefined
  const [, file = value, chosen] = /^(.+?)(?:#([^#]*))?$/.exec(value) ?? []
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string') {
    problems.add(
      said,
      `names the file ${file}, which can't be read (${text.code ?? 'error'})`,
      'Name it from the working directory.',
    )
    return undefined
  }
  const templateAt = text.search(/\{\{-?\s*[\w.$"/]/)
  if (templateAt >= 0) {
    const where = `${basename(file)}:${text.slice(0, templateAt).split('\n').length}`
    problems.add({ key: '', where }, 'is a template', 'Give what "helm template" makes of it.')
    return undefined
  }
  const documents = parsePlacedYaml(text, file, problems)
  if (documents.length === 0 && text.trim() !== '') return undefined
  const workload = findWorkload(documents, chosen, said, problems, notes)
  if (workload === undefined) return undefined
  const { podSpec, container } = workload
  const graceNode = childOf(podSpec, 'terminationGracePeriodSeconds')
  const graceS = graceNode === undefined ? DEFAULT_GRACE_S : readInteger(0, 86_400)(graceNode, problems)
  const limit = childOf(container, 'resources', 'limits', 'memory')
  const memoryLimitBytes = limit === undefined ? undefined : readBytes(limit, problems)
  const preStop = readPreStop(container, problems, notes)
  const probes = readManifestProbes(container, problems, notes)
  const port = readServicePort(container, problems, notes)
  const startupMs = startupOf(probes)
  return {
    probes,
    env: readManifestEnv(container, env, notes),
    graceMs: known((graceS ?? DEFAULT_GRACE_S) * 1000),
    ...readStrategy(workload, problems),
    ...(port === undefined ? {} : { port: known(port) }),
    ...(preStop === undefined ? {} : { preStop: known(preStop) }),
    ...(startupMs === undefined ? {} : { startupMs: known(startupMs) }),
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes: known(memoryLimitBytes) }),
  }
}

function readServicePort(container: Placed, problems: DeclarationProblems, notes: string[]): number | undefined {
  const ports = itemsOf(childOf(container, 'ports'))
  const named = ports.find((port) => textOf(childOf(port, 'name'))?.startsWith('http'))
  const chosen = named ?? ports[0]
  if (ports.length > 1 && named === undefined && chosen !== undefined) {
    notes.push(`${chosen.where}: of several ports the first is the one under trial; name one "http" or say --port`)
  }
  const number = childOf(chosen, 'containerPort')
  return number === undefined ? undefined : readInteger(1, 65_535)(number, problems)
}

/** Until when a kubelet restarts what has not come up: by the startup probe, else by the liveness probe. */
function startupOf({ startup, live }: Partial<Record<ProbeName, DeclaredProbe>>): number | undefined {
  const { initialDelayMs, failureThreshold, periodMs } = startup ?? live ?? {}
  if (initialDelayMs === undefined || failureThreshold === undefined || periodMs === undefined) return undefined
  return initialDelayMs.value + failureThreshold.value * periodMs.value
}

function known<T>(value: T): Known<T> {
  return { value, origin: 'manifest' }
}
