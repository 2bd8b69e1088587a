import { setFlagsFromString, getHeapStatistics } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { Random } from '../../src/load/random.ts'
import { createTargets, type Mutated, type Target } from './targets.ts'

export interface FuzzOptions {
  readonly seed: number
  readonly count: number
  /** A decode that takes longer counts as a hang. */
  readonly hangMs: number
  /** Called before each mutation, so that a watcher can tell where it hung. */
  onIteration?(iteration: number): void
}

/** Something that must not be. */
export interface Violation {
  readonly iteration: number
  readonly target: string
  readonly mutations: readonly string[]
  readonly what: string
  /** The beginning of the input; `--only <iteration>` shows all of it. */
  readonly input: string
}

export interface FuzzReport {
  readonly seed: number
  readonly count: number
  readonly ok: boolean
  readonly outcomes: { taken: number; refused: number; violations: number }
  readonly byTarget: Record<string, { taken: number; refused: number }>
  readonly byMutation: Record<string, number>
  readonly mutationsPerSecond: number
  readonly slowest: { iteration: number; decodeMs: number; inputLength: number }
  readonly memory: { heapAfterGcMb: readonly number[]; growthMb: number; rising: boolean }
  readonly violations: readonly Violation[]
}

const MEMORY_SAMPLES = 24
/** Growth of the heap beyond this, from the first to the last third after warming up, counts as a rising trend. */
const MAX_GROWTH_MB = 2
const MAX_VIOLATIONS = 20

/** Decodes `count` mutated inputs, each made from `seed` and its own number alone. */
export function runFuzz(options: FuzzOptions, targets: readonly Target[] = createTargets(options.seed)): FuzzReport {
  const { seed, count, hangMs } = options
  const collectGarbage = exposeGc()
  const heap: number[] = []
  const violations: Violation[] = []
  const outcomes = { taken: 0, refused: 0, violations: 0 }
  const byTarget: Record<string, { taken: number; refused: number }> = {}
  const byMutation: Record<string, number> = {}
  let slowest = { iteration: -1, decodeMs: 0, inputLength: 0 }
  const startedAt = performance.now()
  const sampleEvery = Math.max(1, Math.floor(count / MEMORY_SAMPLES))

  for (let iteration = 0; iteration < count; iteration++) {
    options.onIteration?.(iteration)
    const { target, mutated } = mutationOf(targets, seed, iteration)
    for (const name of mutated.mutations) byMutation[name] = (byMutation[name] ?? 0) + 1
    const { outcome, tookMs, what } = decodeOnce(mutated, hangMs)
    if (tookMs > slowest.decodeMs) {
      slowest = { iteration, decodeMs: Math.round(tookMs * 10) / 10, inputLength: mutated.input.length }
    }
    const counts = (byTarget[target] ??= { taken: 0, refused: 0 })
    counts[outcome]++
    outcomes[outcome]++
    if (what !== undefined) {
      outcomes.violations++
      if (violations.length < MAX_VIOLATIONS) {
        violations.push({ iteration, target, mutations: mutated.mutations, what, input: mutated.input.slice(0, 400) })
      }
    }
    if ((iteration + 1) % sampleEvery === 0) {
      collectGarbage()
      heap.push(getHeapStatistics().used_heap_size / 2 ** 20)
    }
  }

  const memory = trendOf(heap)
  const seconds = (performance.now() - startedAt) / 1000
  return {
    seed,
    count,
    ok: outcomes.violations === 0 && !memory.rising,
    outcomes,
    byTarget,
    byMutation,
    mutationsPerSecond: Math.round(count / seconds),
    slowest,
    memory,
    violations,
  }
}

/** The input of one mutation, to look at. */
export function replay(seed: number, iteration: number): { target: string; mutated: Mutated } {
  return mutationOf(createTargets(seed), seed, iteration)
}

function mutationOf(targets: readonly Target[], seed: number, iteration: number): { target: string; mutated: Mutated } {
  const random = new Random(seedOf(seed, iteration))
  // Requests are what the world sends us: most mutations are of them.
  const requests = targets.filter(({ isRequest }) => isRequest)
  const target = random.pick(random.chance(0.75) ? requests : targets)
  return { target: target.name, mutated: target.mutate(random) }
}

function decodeOnce(
  mutated: Mutated,
  hangMs: number,
): { outcome: 'taken' | 'refused'; tookMs: number; what: string | undefined } {
  const startedAt = performance.now()
  let outcome: 'taken' | 'refused' = 'taken'
  let what: string | undefined
  let result: unknown
  try {
    result = mutated.decode()
  } catch (error) {
    outcome = 'refused'
    if (!isSeaworthyError(error, 'SEA_OTLP_MALFORMED')) what = `threw ${String(error)}`
  }
  const tookMs = performance.now() - startedAt
  if (tookMs > hangMs) what = `took ${Math.round(tookMs)} ms`
  if (outcome === 'taken') what ??= mutated.check(result)
  return { outcome, tookMs, what }
}

function trendOf(heapMb: readonly number[]): FuzzReport['memory'] {
  // The first samples hold code that is still being compiled.
  const settled = heapMb.slice(Math.ceil(heapMb.length / 4))
  const third = Math.max(1, Math.floor(settled.length / 3))
  const growthMb = settled.length === 0 ? 0 : median(settled.slice(-third)) - median(settled.slice(0, third))
  const round = (value: number): number => Math.round(value * 100) / 100
  return {
    heapAfterGcMb: heapMb.map((value) => round(value)),
    growthMb: round(growthMb),
    rising: growthMb > MAX_GROWTH_MB,
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** `gc()`, whether or not the process was started with `--expose-gc`. */
function exposeGc(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

/** The seed of one mutation, so that it can be repeated alone. */
function seedOf(seed: number, iteration: number): number {
  return new Random(seed ^ Math.imul(iteration + 1, 0x9e3779b1)).bits()
}
