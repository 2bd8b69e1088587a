import type { Known } from '../facts.ts'
import type { Declared, PreStop } from './declared.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import { countPods } from './manifest-strategy.ts'
import type { DeclaredKey } from './options.ts'
import type { FromManifest } from './read-manifest.ts'
import { readBytes, readDuration, readInteger, readPodCount, readRatio } from './read-scalars.ts'
import type { Sources } from './sources.ts'

/** How many pods a percentage is taken of when nobody said. */
const DEFAULT_REPLICAS = 3

type NumberKey =
  | 'graceMs'
  | 'preStopMs'
  | 'preStop'
  | 'startupMs'
  | 'memoryLimitBytes'
  | 'replicas'
  | 'maxSurge'
  | 'maxUnavailable'
  | 'endpointLagMs'
  | 'wireDelayMs'
  | 'telemetryBudgetRatio'
  | 'samplingRatio'

/** Times, limits and counts. */
export function readNumbers(
  sources: Sources,
  manifest: FromManifest | undefined,
  problems: DeclarationProblems,
): Pick<Declared, NumberKey> {
  const replicas = sources.read('replicas', readInteger(1, 100), manifest?.replicas)
  const pods = (
    key: DeclaredKey,
    round: (pods: number) => number,
    weaker?: Known<number>,
  ): Known<number> | undefined => {
    const said = sources.read(key, readPodCount)
    if (said === undefined) return weaker
    return { value: countPods(said.value, replicas?.value ?? DEFAULT_REPLICAS, round), origin: said.origin }
  }
  const found = {
    graceMs: sources.read('grace', readDuration, manifest?.graceMs),
    preStopMs: sources.read('pre-stop', readDuration, preStopMsOf(manifest?.preStop)),
    // A command stays known where its time is said: what was not run is told.
    preStop:
      sources.places('pre-stop').length > 0 && manifest?.preStop?.value.kind !== 'exec' ? undefined : manifest?.preStop,
    startupMs: sources.read('start-within', readDuration, manifest?.startupMs),
    memoryLimitBytes: sources.read('memory-limit', readBytes, manifest?.memoryLimitBytes),
    replicas,
    maxSurge: pods('max-surge', Math.ceil, manifest?.maxSurge),
    maxUnavailable: pods('max-unavailable', Math.floor, manifest?.maxUnavailable),
    endpointLagMs: sources.read('endpoint-lag', readDuration),
    wireDelayMs: sources.read('wire-delay', readDuration),
    telemetryBudgetRatio: sources.read('telemetry-budget', readRatio(1, 100)),
    samplingRatio: sources.read('sampling-ratio', readRatio(0, 1)),
  }
  if (found.maxSurge?.value === 0 && found.maxUnavailable?.value === 0) {
    const [place] = [...sources.places('max-surge'), ...sources.places('max-unavailable')]
    if (place !== undefined)
      problems.add(place.node, 'leaves no pod to begin with', 'Let a pod be more, or one be missing.')
  }
  const { wireDelayMs } = found
  if (wireDelayMs !== undefined && wireDelayMs.value > 1000) {
    const [place] = sources.places('wire-delay')
    if (place !== undefined) problems.add(place.node, 'is longer than 1s, which is no wire', 'Take 5ms to 200ms.')
  }
  return withoutAbsent(found)
}

/** A hook that waits takes as long as it waits; of any other nobody knows. */
function preStopMsOf(preStop: Known<PreStop> | undefined): Known<number> | undefined {
  return preStop?.value.kind === 'sleep' ? { value: preStop.value.ms, origin: preStop.origin } : undefined
}

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

/** Reads that found nothing leave no key behind. */
export function withoutAbsent<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>
}
