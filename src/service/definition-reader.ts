import { describeKind, OptionReader } from '../core/option-reader.ts'
import { BACKGROUND } from './background-work.ts'
import type { StartUpPlan } from '../recovery/start-up/start-up-options.ts'
import { DEFAULT_START_LIMIT_MS } from './component-node.ts'
import { type ComponentKind, type Handle, type Needs, RESERVED_NEEDS } from './component.ts'

/** The part of a node that every kind of component has. */
export interface NodeLimits {
  readonly needs: readonly string[]
  readonly startLimitMs: number
  readonly stopLimitMs?: number
}

/** Of a kind whose start may have to wait for what it depends on. */
export interface StartLimits extends NodeLimits {
  readonly startUp: StartUpPlan
}

/** What a kind of component has besides. */
export interface OwnOptions {
  /** Functions that must be there. */
  readonly required: readonly string[]
  readonly optional: readonly string[]
  /** Functions of the optional ones, with the options that contradict each. */
  readonly excludes?: Readonly<Record<string, readonly string[]>>
  /** Looks at the optional ones. @default only their names are known */
  readonly check?: (read: OptionReader) => void
}

/** Names that the context of a kind uses besides. */
const RESERVED_BESIDES: Readonly<Partial<Record<ComponentKind, readonly string[]>>> = {
  consumer: ['work'],
  task: ['runNumber', 'progress'],
}

const NAME_FORM = /^[A-Za-z][\w.-]{0,62}$/

/**
 * Checks a definition where it is given, so that a mistake is found at the line that made it.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem
 */
export function readDefinition(
  kind: Handle<unknown>['kind'],
  name: string,
  definition: object,
  own: OwnOptions,
): NodeLimits {
  const read = new OptionReader(definition, `${kind}("${name}")`)
  if (typeof name !== 'string' || !NAME_FORM.test(name)) {
    read.problem('the name must begin with a letter and have at most 63 letters, digits, ".", "_" or "-"')
  }
  const needs = readNeeds(read)
  if (name === BACKGROUND) read.problem(`the name "${BACKGROUND}" belongs to service.background(); choose another`)
  const reserved: ReadonlySet<string> = new Set([...RESERVED_NEEDS, ...(RESERVED_BESIDES[kind] ?? [])])
  for (const [key, handle] of Object.entries(needs)) {
    if (reserved.has(key)) read.problem(`"needs.${key}" has a name that the context uses itself; choose another`)
    if (!isHandle(handle))
      read.problem(`"needs.${key}" must be what resource(), listener(), task() or consumer() returned`)
  }
  const startLimitMs = read.duration('startTimeout', { fallback: DEFAULT_START_LIMIT_MS, min: 1, max: 86_400_000 })
  const stopLimitMs = read.duration('stopTimeout', { fallback: -1, min: 1, max: 3_600_000 })
  for (const key of own.required) read.requiredCallback(key)
  for (const key of own.optional) read.value(key)
  own.check?.(read)
  for (const [key, others] of Object.entries(own.excludes ?? {})) {
    const met = read.callback(key) === undefined ? [] : others.filter((other) => read.value(other) !== undefined)
    for (const other of met) read.problem(`"${other}" can't be given together with "${key}"`)
  }
  read.done()
  return {
    needs: Object.values(needs).map((handle) => handle.name),
    startLimitMs,
    ...(stopLimitMs < 0 ? {} : { stopLimitMs }),
  }
}

/** How long the start of a service waits for what it can do without: what is there has come by then. */
const DEFAULT_PATIENCE_MS = 5_000
/** One that is tried in the background has no limit in the start, which goes on without it. */
const NO_LIMIT_MS = 86_400_000
const ATTEMPT_LIMIT_MS = 30_000

/**
 * The same for a kind whose start may have to wait for what it depends on.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem
 */
export function readStartDefinition(
  kind: Handle<unknown>['kind'],
  name: string,
  definition: object,
  own: OwnOptions,
): StartLimits {
  let startUp: Omit<StartUpPlan, 'patienceMs'> | undefined
  const check = (read: OptionReader): void => void (startUp = readStartUp(read))
  const limits = readDefinition(kind, name, definition, { ...own, check })
  const plan = startUp as unknown as Omit<StartUpPlan, 'patienceMs'>
  const isGiven = 'startTimeout' in definition && definition.startTimeout !== undefined
  const patienceMs = isGiven ? limits.startLimitMs : DEFAULT_PATIENCE_MS
  const startLimitMs = plan.policy === 'degraded' ? NO_LIMIT_MS : limits.startLimitMs
  return { ...limits, startLimitMs, startUp: { ...plan, patienceMs } }
}

function readStartUp(read: OptionReader): Omit<StartUpPlan, 'patienceMs'> {
  const inner = new OptionReader(read.value('startup'), '"startup"')
  const policy = inner.oneOf('policy', ['required', 'degraded'], { fallback: 'required' })
  const retries = inner.boolean('retry', { fallback: true })
  if (policy === 'degraded' && !retries) {
    inner.problem('"retry" is false, but what is "degraded" comes only if it is tried again')
  }
  const backoff = new OptionReader(inner.value('backoff'), '"backoff"')
  const initialMs = backoff.duration('initial', { fallback: 200, min: 1, max: 60_000 })
  const maxMs = backoff.duration('max', { fallback: Math.max(5_000, initialMs), min: 1, max: 3_600_000 })
  const random = backoff.callback<() => number>('random') ?? Math.random
  inner.include(backoff)
  const limitMs = inner.duration('attemptTimeout', { fallback: -1, min: 1, max: 86_400_000 })
  read.include(inner)
  const attemptLimitMs = limitMs > 0 ? limitMs : policy === 'degraded' ? ATTEMPT_LIMIT_MS : undefined
  return { policy, retries, backoff: { initialMs, maxMs, random }, attemptLimitMs }
}

/** A list of handles would give them the names "0", "1", …, and the function that needs them nothing. */
function readNeeds(read: OptionReader): Needs {
  const needs = read.value<Needs>('needs') ?? {}
  if (typeof needs === 'object' && !Array.isArray(needs)) return needs
  read.problem(`"needs" must be an object of handles by name, such as { db }, got ${describeKind(needs)}`)
  return {}
}

/** Many values have a name, too. */
function isHandle(value: Partial<Handle<unknown>> | undefined): boolean {
  return typeof value?.name === 'string' && KINDS.has(value.kind)
}

const KINDS: ReadonlySet<unknown> = new Set<Handle<unknown>['kind']>(['resource', 'listener', 'task', 'consumer'])
