import type { Difference } from './compare.ts'
import { explains, judge, type KnownDifference } from './known-differences.ts'

/** A way in: how an application comes to be observed. */
export interface Door {
  readonly name: string
  readonly file: URL
  /** Preloaded, in this order. */
  readonly preload: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const program = (name: string): URL => new URL(`programs/doors/${name}`, import.meta.url)
const INSTRUMENTATIONS = new URL('programs/preload/doors.mjs', import.meta.url).href
/** Nothing is looked for in the networks of clouds. */
const HERE_ONLY = 'env,host,os,process,serviceinstance'

export const STOCK_DOOR: Door = {
  name: 'auto-instrumentations-node/register',
  file: program('plain.cjs'),
  preload: ['@opentelemetry/auto-instrumentations-node/register'],
  env: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici,express', OTEL_NODE_RESOURCE_DETECTORS: HERE_ONLY },
}

export const DOORS: readonly Door[] = [
  {
    name: 'seaworthy/register',
    file: program('plain.cjs'),
    preload: ['seaworthy/register', INSTRUMENTATIONS],
    env: { DIFFERENTIAL_INSTRUMENTATIONS: 'express', SEAWORTHY_ADMIN_PORT: '0', SEAWORTHY_DRAIN_DELAY: '0' },
  },
  {
    name: 'createService',
    file: program('service.mjs'),
    preload: [INSTRUMENTATIONS],
    env: { DIFFERENTIAL_INSTRUMENTATIONS: 'express' },
  },
]

/** As {@link KnownDifference}, of what a way in adds. */
export interface DoorDifference extends Omit<KnownDifference, 'setUps'> {
  /** The doors at which it must be met with. */
  readonly doors: readonly Door['name'][]
}

const BOTH = ['seaworthy/register', 'createService'] as const

/** Whatever is not in here, nor in `KNOWN_DIFFERENCES`, is a failure; so is what is in here and does not happen. */
export const DOOR_DIFFERENCES: readonly DoorDifference[] = [
  {
    doors: BOTH,
    where: /^span \/ internal shutdown(?: \/ |$)/,
    what: /^itself$/,
    stock: undefined,
    title: 'The span `shutdown`, with one below it for each hook',
    reason: 'A shutdown that takes too long says where, in the trace that everybody looks at.',
  },
  {
    doors: BOTH,
    where: /^log (?:seaworthy\.shutdown$|"(?:drainDelay|doors|seaworthy:?|found|listening) )/,
    what: /^itself$/,
    stock: undefined,
    title: 'Log records of Seaworthy itself: that it is ready, that a signal came, the report of the shutdown',
    reason:
      'They are lines of the service’s log; `SEAWORTHY_LOG_LEVEL` says which. The stock SDK prints what it has to say.',
  },
  {
    doors: BOTH,
    where: /^metric seaworthy\.health\./,
    what: /^itself$/,
    stock: undefined,
    title: '`seaworthy.health.*`: what checks and groups turned to',
    reason: 'An alert on it needs no probe from outside.',
  },
  {
    doors: BOTH,
    where: /^metric http\.client\.request\.duration(?: #2)?$/,
    what: /^(?:itself|series value)$/,
    title: '`http.client.request.duration` is one metric for `node:http` and `fetch`',
    reason:
      'One scope observes both; with one instrumentation for each, a backend shows one of them, or the two mixed.',
  },
  {
    doors: ['seaworthy/register'],
    where: /^resource$/,
    what: /^@service\.version$/,
    stock: undefined,
    title: '`service.version` of the nearest `package.json`',
    reason: 'A regression is found by the version that it came with. `OTEL_RESOURCE_ATTRIBUTES` wins over it.',
  },
]

/** What no rule explains, those for HTTP and the runtime included, and the rules of doors that explain something. */
export function judgeDoor(
  { name }: Door,
  differences: readonly Difference[],
): { readonly unexplained: readonly Difference[]; readonly used: ReadonlySet<DoorDifference> } {
  const rules = DOOR_DIFFERENCES.filter(({ doors }) => doors.includes(name))
  const used = new Set<DoorDifference>()
  const unexplained = judge('own', differences).unexplained.filter((difference) => {
    const rule = rules.find((each) => explains(each, difference))
    if (rule !== undefined) used.add(rule)
    return rule === undefined
  })
  return { unexplained, used }
}
