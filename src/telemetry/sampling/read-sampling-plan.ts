import { OptionReader } from '../../core/option-reader.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import {
  REMOTE_PARENT_MODES,
  type ResolvedSamplingKeep,
  type ResolvedSamplingPlan,
  type SamplingAmount,
  type SamplingRule,
  SPAN_KIND_NAMES,
} from './sampling-plan.ts'

const MAX_RULES = 100
const MAX_TEXT = 1024
const MAX_PER_SECOND = 1_000_000
const MIN_PER_SECOND = 0.001
const MAX_AGE_MS = 3_600_000
const EVERYTHING: SamplingAmount = { probability: 1 }
const RATE = { min: MIN_PER_SECOND, max: MAX_PER_SECOND }
const DEFAULT_KEPT_PER_SECOND = 100

/**
 * A {@link SamplingPlan} that somebody wrote, in code, in a file or in a request.
 *
 * @param where how a message calls it
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with everything that is wrong in it
 */
export function readSamplingPlan(value: unknown, where = 'sampling plan'): ResolvedSamplingPlan {
  const read = new OptionReader(value, where)
  const plan: ResolvedSamplingPlan = {
    default: readDefault(read),
    rules: readRules(read),
    keep: readKeep(read),
    remoteParent: read.oneOf('remoteParent', REMOTE_PARENT_MODES, { fallback: 'respect' }),
  }
  read.done()
  return deepFreeze(plan)
}

/**
 * A plan as JSON.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, also for what is no JSON
 */
export function parseSamplingPlan(json: string, where = 'sampling plan'): ResolvedSamplingPlan {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new SeaworthyError('SEA_OPTIONS_INVALID', `${where}: not JSON`, {
      hint: 'Write the plan as one JSON object.',
      cause,
    })
  }
  return readSamplingPlan(value, where)
}

function readDefault(plan: OptionReader): SamplingAmount {
  const value = plan.value('default')
  if (value === undefined) return EVERYTHING
  const read = new OptionReader(value, 'default')
  const amount = readAmount(read)
  if (Object.keys(amount).length !== 1) read.problem('expected either "probability" or "perSecond"')
  plan.include(read)
  return amount
}

function readAmount(read: OptionReader): SamplingAmount {
  const isThere = (name: string): boolean => read.value(name) !== undefined
  return {
    ...(isThere('probability') ? { probability: read.number('probability', { min: 0, max: 1 }) } : {}),
    ...(isThere('perSecond') ? { perSecond: read.number('perSecond', RATE) } : {}),
  }
}

function readRules(plan: OptionReader): readonly SamplingRule[] {
  const value = plan.value<unknown>('rules') ?? []
  if (!Array.isArray(value)) {
    plan.problem('"rules" expected a list of rules')
    return []
  }
  if (value.length > MAX_RULES) {
    plan.problem(`"rules" has ${value.length} rules, expected ${MAX_RULES} at most`)
    return []
  }
  return value.map((rule, index) => readRule(plan, rule, `rules[${index}]`))
}

function readRule(plan: OptionReader, value: unknown, where: string): SamplingRule {
  const read = new OptionReader(value ?? null, where)
  const isThere = (name: string): boolean => read.value(name) !== undefined
  const amount = readAmount(read)
  const sample = isThere('sample') ? { sample: read.oneOf('sample', ['always', 'never']) } : {}
  const rule: SamplingRule = {
    ...(isThere('kind') ? { kind: read.oneOf('kind', SPAN_KIND_NAMES) } : {}),
    ...(isThere('name') ? { name: readText(read, 'name') } : {}),
    ...(isThere('path') ? { path: readPath(read) } : {}),
    ...(isThere('attributes') ? { attributes: readAttributes(read) } : {}),
    ...(isThere('keepSlowerThanMs') ? { keepSlowerThanMs: readSlowness(read, 'keepSlowerThanMs') } : {}),
    ...(isThere('keep') ? { keep: read.boolean('keep') } : {}),
    ...amount,
    ...sample,
  }
  if (Object.keys(amount).length + Object.keys(sample).length !== 1) {
    read.problem('expected exactly one of "probability", "perSecond" and "sample"')
  }
  plan.include(read)
  return rule
}

function readText(read: OptionReader, name: string): string {
  const text = read.text(name)
  if (text.length > MAX_TEXT) read.problem(`"${name}" has ${text.length} characters, expected ${MAX_TEXT} at most`)
  return text
}

function readPath(read: OptionReader): string {
  const path = readText(read, 'path')
  if (!path.startsWith('/') && path !== '') {
    read.problem(`"path" is "${path.slice(0, 100)}", expected one that begins with "/"`)
  }
  return path
}

function readAttributes(read: OptionReader): NonNullable<SamplingRule['attributes']> {
  const value = read.value<unknown>('attributes')
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const entries = isObject ? Object.entries(value) : []
  const isPlain = entries.every(([, one]) => ['string', 'number', 'boolean'].includes(typeof one))
  if (entries.length === 0 || !isPlain) {
    read.problem('"attributes" expected an object of texts, numbers, true or false')
    return {}
  }
  return Object.fromEntries(entries)
}

function readSlowness(read: OptionReader, name: string): number {
  return read.duration(name, { min: 0, max: MAX_AGE_MS })
}

function readKeep(plan: OptionReader): ResolvedSamplingKeep | undefined {
  const value = plan.value('keep')
  if (value === undefined) return undefined
  const read = new OptionReader(value, 'keep')
  const perSecond = read.number('perSecond', { ...RATE, fallback: DEFAULT_KEPT_PER_SECOND })
  const keep: ResolvedSamplingKeep = {
    errorsPerSecond: readErrors(read, perSecond),
    slowPerSecond: perSecond,
    slowerThanMs:
      read.value('slowerThanMs') === undefined ? Number.POSITIVE_INFINITY : readSlowness(read, 'slowerThanMs'),
    maxSpans: read.integer('maxSpans', { fallback: 10_000, min: 1, max: 1_000_000 }),
    maxBytes: read.integer('maxBytes', { fallback: 16 * 2 ** 20, min: 2 ** 16, max: 2 ** 30 }),
    maxAgeMs: read.duration('maxAgeMs', { fallback: 30_000, min: 100, max: MAX_AGE_MS }),
  }
  plan.include(read)
  return keep
}

function readErrors(read: OptionReader, perSecond: number): number {
  const value = read.value<unknown>('errors')
  if (value === undefined || value === true) return perSecond
  if (value === false) return 0
  const errors = new OptionReader(value, 'errors')
  const errorsPerSecond = errors.number('perSecond', RATE)
  read.include(errors)
  return errorsPerSecond
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
