import { type ErrorCode } from '../core/error-table.ts'
import { OptionReader } from '../core/option-reader.ts'
import type { Fault, FaultKind, SteadyFault } from './fault.ts'

/** A steady fault after all checks, with defaults. `stores` is true also of kinds that always store. */
export type ResolvedSteadyFault =
  | { readonly kind: 'slow'; readonly delayMs: number; readonly stores: boolean }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'blackhole'; readonly at: 'request' | 'connection'; readonly stores: boolean }
  | { readonly kind: 'syn-blackhole' }
  | { readonly kind: 'reset'; readonly at: (typeof RESET_AT)[number]; readonly stores: boolean }
  | {
      readonly kind: 'status'
      readonly httpStatus: number
      readonly grpcCode: number
      readonly message: string
      readonly retryAfterMs: number | undefined
      readonly retryAfterForm: 'seconds' | 'date'
      readonly stores: boolean
    }
  | {
      readonly kind: 'partial'
      readonly rejected: number | undefined
      readonly share: number | undefined
      readonly message: string
    }
  | { readonly kind: 'garbage'; readonly at: 'message' | 'frame' | 'protocol'; readonly stores: boolean }
  | { readonly kind: 'goaway'; readonly request: 'answered' | 'refused' }
  | { readonly kind: 'trickle'; readonly everyMs: number }
  | { readonly kind: 'cut' }

/** A fault after all checks: what it does, and when. */
export interface ResolvedFault {
  readonly steady: ResolvedSteadyFault
  readonly flap: { readonly faultyMs: number; readonly healthyMs: number } | undefined
  readonly lastsMs: number | undefined
  readonly requests: number | undefined
}

const STEADY_KINDS = [
  'slow',
  'refuse',
  'blackhole',
  'syn-blackhole',
  'reset',
  'status',
  'partial',
  'garbage',
  'goaway',
  'trickle',
  'cut',
] as const satisfies readonly SteadyFault['kind'][]
/** Every kind, for counters and messages. */
export const FAULT_KINDS = [...STEADY_KINDS, 'flap'] as const satisfies readonly FaultKind[]
const RESET_AT = ['connection', 'headers', 'body', 'answer', 'half-answer'] as const
/** Kinds of which requests see nothing, because there is no connection. */
const UNMET: ReadonlySet<FaultKind> = new Set(['refuse', 'syn-blackhole', 'flap'])

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MILLION = 1_000_000

/**
 * @param where how a message calls the fault, such as `setFault()`
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message
 */
export function resolveFault(fault: Fault, where: string): ResolvedFault {
  const read = new OptionReader(fault, where)
  const kind = read.oneOf('kind', FAULT_KINDS)
  // What else is wrong can't be told of a fault that is not known.
  if (!FAULT_KINDS.includes(fault?.kind)) return fail(read)
  const lastsMs = optionalDuration(read, 'lasts', 1, DAY_MS)
  const requests =
    UNMET.has(kind) || read.value('requests') === undefined
      ? undefined
      : read.integer('requests', { min: 1, max: MILLION })
  if (kind !== 'flap') {
    const steady = readSteady(kind, read)
    read.done(INVALID)
    return { steady, flap: undefined, lastsMs, requests }
  }
  const faultyMs = read.duration('faulty', { min: 1, max: DAY_MS })
  const healthyMs = read.duration('healthy', { fallback: faultyMs, min: 1, max: DAY_MS })
  const inner = read.value<SteadyFault>('fault')
  if (inner === undefined) read.problem('"fault" is required')
  else if ((inner as Fault).kind === 'flap') read.problem('"fault" must be a steady one, not another "flap"')
  read.done(INVALID)
  const { steady, lastsMs: innerMs, requests: innerRequests } = resolveFault(inner as SteadyFault, `${where}: "fault"`)
  if (innerMs !== undefined || innerRequests !== undefined) {
    read.problem('"fault" cannot have an end of its own; give "lasts" to the flap')
    read.done(INVALID)
  }
  return { steady, flap: { faultyMs, healthyMs }, lastsMs, requests: undefined }
}

const INVALID: ErrorCode = 'SEA_OPTIONS_INVALID'

function fail(read: OptionReader): never {
  for (const name of ['lasts', 'requests', 'fault']) read.value(name)
  read.done(INVALID)
  throw new TypeError('unreachable: an unknown kind is a problem')
}

function readSteady(kind: SteadyFault['kind'], read: OptionReader): ResolvedSteadyFault {
  switch (kind) {
    case 'slow':
      return { kind, delayMs: read.duration('delay', { min: 1, max: DAY_MS }), stores: readStores(read) }
    case 'refuse':
    case 'syn-blackhole':
    case 'cut':
      return { kind }
    case 'blackhole': {
      const at = read.oneOf('at', ['request', 'connection'], { fallback: 'request' })
      return { kind, at, stores: readStores(read, at === 'connection' ? '"at" is "connection"' : undefined) }
    }
    case 'reset': {
      const at = read.oneOf('at', RESET_AT, { fallback: 'answer' })
      const isWhole = at === 'answer' || at === 'half-answer'
      return { kind, at, stores: readStores(read, isWhole ? undefined : `"at" is "${at}"`) }
    }
    case 'status':
      return {
        kind,
        httpStatus: read.integer('httpStatus', { fallback: 503, min: 400, max: 599 }),
        grpcCode: read.integer('grpcCode', { fallback: 14, min: 1, max: 16 }),
        message: read.text('message', { fallback: 'Refused' }),
        retryAfterMs: optionalDuration(read, 'retryAfter', 0, DAY_MS),
        retryAfterForm: read.oneOf('retryAfterForm', ['seconds', 'date'], { fallback: 'seconds' }),
        stores: readStores(read),
      }
    case 'partial':
      return readPartial(read)
    case 'garbage':
      return {
        kind,
        at: read.oneOf('at', ['message', 'frame', 'protocol'], { fallback: 'message' }),
        stores: readStores(read),
      }
    case 'goaway':
      return { kind, request: read.oneOf('request', ['answered', 'refused'], { fallback: 'answered' }) }
    case 'trickle':
      return { kind, everyMs: read.duration('every', { fallback: 1000, min: 1, max: HOUR_MS }) }
  }
}

function readPartial(read: OptionReader): ResolvedSteadyFault {
  const share = read.value<unknown>('share')
  const hasCount = read.value('rejected') !== undefined
  const rejected = hasCount ? read.integer('rejected', { min: 0, max: MILLION }) : undefined
  if (hasCount === (share !== undefined)) read.problem('needs either "rejected" or "share"')
  else if (share !== undefined && !(typeof share === 'number' && share >= 0 && share <= 1))
    read.problem('"share" must be a number from 0 to 1')
  const message = read.text('message', { fallback: 'Rejected by the fault of the receiver' })
  return { kind: 'partial', rejected, share: share as number | undefined, message }
}

function readStores(read: OptionReader, whyNot?: string): boolean {
  const stores = read.boolean('stores', { fallback: false })
  if (stores && whyNot !== undefined) read.problem(`"stores" needs a whole request, and ${whyNot}`)
  return stores
}

function optionalDuration(read: OptionReader, name: string, min: number, max: number): number | undefined {
  return read.value(name) === undefined ? undefined : read.duration(name, { min, max })
}
