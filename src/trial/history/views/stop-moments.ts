import type { ListeningEvent, ExitedEvent } from '../process-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'

/** How a service was stopped. */
export interface Stop {
  readonly signal: NodeJS.Signals
  readonly signalledAt: number
  /** When new connections were no longer taken; absent while they were, or when nobody looked. */
  readonly listenerClosed?: { readonly at: number; readonly resolutionMs: number }
  /** The end of the process that was started; it may lie before the signal. */
  readonly exit?: ExitedEvent
  /** When we had to kill it. */
  readonly killedAt?: number
}

/** How the service was stopped in this lifetime; `undefined` when it never was. */
export function stopOf(lifetime: Lifetime): Stop | undefined {
  const signals = eventsOf(lifetime, 'signal')
  const asked = signals.find((event) => event.why === 'trial' && event.signal !== 'SIGKILL')
  if (asked === undefined) return undefined
  const [exit] = eventsOf(lifetime, 'exited')
  const killed = signals.find((event) => event.signal === 'SIGKILL' && event.at >= asked.at)
  const listenerClosed = listenerClosedAfter(lifetime, asked.at)
  return {
    signal: asked.signal,
    signalledAt: asked.at,
    ...(listenerClosed === undefined ? {} : { listenerClosed }),
    ...(exit === undefined ? {} : { exit }),
    // Nobody needs a kill who has ended already.
    ...(killed === undefined || (exit !== undefined && exit.at < killed.at) ? {} : { killedAt: killed.at }),
  }
}

/** Of the port that clients use: when the last of its listeners was gone. */
function listenerClosedAfter(lifetime: Lifetime, signalledAt: number): Stop['listenerClosed'] {
  const { port } = lifetime.settings
  const open = new Set<string>()
  let closed: ListeningEvent | undefined
  for (const event of eventsOf(lifetime, 'listening')) {
    if (typeof port === 'number' && event.port !== port) continue
    const key = `${event.pid} ${event.host} ${event.port}`
    if (event.what === 'opened') {
      open.add(key)
      closed = undefined
      continue
    }
    open.delete(key)
    if (open.size === 0 && event.at >= signalledAt) closed ??= event
  }
  if (closed !== undefined) return { at: closed.at, resolutionMs: closed.resolutionMs }
  return refusedAfter(lifetime, signalledAt)
}

/** Where the kernel doesn't tell: the first connection that nobody took. */
function refusedAfter(lifetime: Lifetime, signalledAt: number): Stop['listenerClosed'] {
  if (eventsOf(lifetime, 'listening').length > 0) return undefined
  const refused = eventsOf(lifetime, 'request').find(
    (request) => request.outcome === 'refused' && request.startedAt >= signalledAt,
  )
  return refused === undefined ? undefined : { at: refused.at, resolutionMs: refused.at - refused.startedAt }
}
