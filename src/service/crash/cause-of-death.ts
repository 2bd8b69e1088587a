import { formatBytes } from '../../health/checks/format-bytes.ts'
import type { FatalError } from './clean-report.ts'
import type { LifeFacts } from './life-mark.ts'

/** What a process has left, besides its mark. */
export interface Remains {
  /** What Node's report of a fatal error says. */
  readonly fatal?: FatalError | undefined
  /** Of a shutdown that its watchdog has ended: the line. */
  readonly blocked?: Readonly<Record<string, unknown>> | undefined
  /** Of an event loop that did not turn, the last one. */
  readonly stuck?: { readonly time: string; readonly stack?: unknown } | undefined
}

/** What is around the process that asks. */
export interface Around {
  readonly bootId: string | null
  readonly oomKills: number | undefined
  /** Of the machine. */
  readonly totalMemoryBytes: number
}

/**
 * Why a process is no more. `unknown`: it was killed, or ended by native code, and what did that is not to be seen from
 * here.
 */
export type DeathCause =
  | 'uncaught'
  | 'out-of-memory'
  | 'fatal-error'
  | 'blocked'
  | 'stuck'
  | 'oom-killed'
  | 'machine-restarted'
  | 'unknown'

export interface Death {
  readonly cause: DeathCause
  /** To stand after "a former process …". */
  readonly text: string
  readonly stack?: readonly string[]
}

/** Of the limit: what is killed for its memory has seldom all of it at the last look before. */
const NEAR_LIMIT = 0.85

/** Works out why a process has died, the surest first: what it said itself, then what Node said, then what is around. */
export function causeOfDeath(facts: LifeFacts, remains: Remains, around: Around): Death {
  const { ended, pulse } = facts
  if (ended !== undefined) {
    const what = ended.type === undefined ? ended.message : `${ended.type}: ${ended.message}`
    return { cause: 'uncaught', text: `was ended by an exception that nobody caught: ${what}` }
  }
  const { fatal, blocked, stuck } = remains
  if (fatal?.isOutOfMemory === true) {
    const text = `ran out of memory: its heap may have ${formatBytes(facts.heapLimitBytes)} (${fatal.message})`
    return { cause: 'out-of-memory', text, ...withStack(fatal) }
  }
  if (fatal !== undefined) {
    return { cause: 'fatal-error', text: `was ended by a fatal error: ${fatal.message}`, ...withStack(fatal) }
  }
  if (blocked !== undefined) {
    const { msg } = blocked
    const text = `was ended by its watchdog, because its shutdown did not end: ${typeof msg === 'string' ? msg : ''}`
    return { cause: 'blocked', text }
  }
  // Had it turned again, it would have been seen since.
  if (stuck !== undefined && stuck.time > pulse.at) {
    const stack = Array.isArray(stuck.stack) ? stuck.stack.map(String) : undefined
    const where = stack === undefined ? '' : `, in ${stack[0]}`
    const text = `was killed while its event loop was stuck${where}`
    return { cause: 'stuck', text, ...(stack === undefined ? {} : { stack }) }
  }
  return fromOutside(facts, around)
}

/** Out of memory, Node has none. */
function withStack({ stack }: FatalError): Pick<Death, 'stack'> {
  return stack.length === 0 ? {} : { stack }
}

function fromOutside(
  { identity, heapLimitBytes, oomKills, memoryLimitBytes, pulse }: LifeFacts,
  around: Around,
): Death {
  const limit = memoryLimitBytes > 0 && memoryLimitBytes < around.totalMemoryBytes ? memoryLimitBytes : undefined
  const resident = `${formatBytes(pulse.rssBytes)}${limit === undefined ? '' : ` of ${formatBytes(limit)}`} were resident when it was last seen`
  if (around.bootId !== identity.bootId) {
    return { cause: 'machine-restarted', text: 'ended with its machine, which has been started again since' }
  }
  if (oomKills !== undefined && around.oomKills !== undefined && around.oomKills > oomKills) {
    const count = `oom_kill of the control group went from ${oomKills} to ${around.oomKills}`
    return { cause: 'oom-killed', text: `was killed by the kernel for its memory: ${count}, ${resident}` }
  }
  if (pulse.heapUsedBytes > heapLimitBytes * NEAR_LIMIT) {
    const heap = `${formatBytes(pulse.heapUsedBytes)} of ${formatBytes(heapLimitBytes)}`
    return {
      cause: 'out-of-memory',
      text: `ran out of memory, as it seems: ${heap} of its heap were in use when it was last seen`,
    }
  }
  if (limit !== undefined && pulse.rssBytes > limit * NEAR_LIMIT) {
    return { cause: 'oom-killed', text: `was killed, as it seems by the kernel for its memory: ${resident}` }
  }
  return {
    cause: 'unknown',
    text: `did not end by itself and left no word: SIGKILL, by the platform or the kernel, a heap that was full at once, or native code that failed; ${resident}`,
  }
}

/** Who it was, and from when to when it was seen, for the line about its end. */
export function describeLife({ startedAt, pulse, identity }: LifeFacts): string {
  return `pid ${identity.pid}, seen from ${startedAt} to ${pulse.at}`
}
