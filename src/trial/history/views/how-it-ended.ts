import { constants } from 'node:os'

import type { Facts } from '../../facts.ts'
import type { Lifetime } from '../lifetime.ts'
import { stopDeadlineMs } from './stop-settings.ts'
import { stopOf, type Stop } from './stop-moments.ts'

/** How the process that was started ended, as a verdict on this one lifetime. */
export type Ending =
  | {
      readonly kind: 'good'
      readonly stop: Stop
      readonly tookMs: number
      readonly code: number
      readonly note?: string
    }
  | { readonly kind: 'bad'; readonly stop: Stop; readonly why: string; readonly tookMs?: number }
  | { readonly kind: 'unknown'; readonly why: string }

/** Whoever does not handle the signal is gone sooner. */
const HANDLED_MS = 250

/** Whether it ended by itself, in time, with a code that says so. */
export function howItEnded(lifetime: Lifetime, facts: Facts): Ending {
  const stop = stopOf(lifetime)
  if (stop === undefined) return { kind: 'unknown', why: 'it was not signalled, because it had ended before' }
  const { signal, signalledAt, exit, killedAt } = stop
  const deadlineMs = stopDeadlineMs(facts)
  if (killedAt !== undefined) {
    const waitedMs = killedAt - signalledAt
    if (waitedMs < deadlineMs)
      return { kind: 'unknown', why: `it was killed ${inMs(waitedMs)} after ${signal}, too early to tell` }
    return { kind: 'bad', stop, tookMs: waitedMs, why: `it had to be killed ${inMs(waitedMs)} after ${signal}` }
  }
  if (exit === undefined) return { kind: 'unknown', why: 'its end was not seen' }
  const tookMs = exit.at - signalledAt
  if (tookMs < 0) return { kind: 'unknown', why: 'it had ended before the signal' }
  if (tookMs > deadlineMs)
    return { kind: 'bad', stop, tookMs, why: `it took ${inMs(tookMs)} to end, ${inMs(deadlineMs)} is all it has` }
  if (exit.signal !== null) return killedBy(exit.signal, { stop, tookMs, facts })
  if (exit.code === null) return { kind: 'unknown', why: 'its exit code is not known' }
  const { code } = exit
  if (facts.acceptedExitCodes.includes(code)) return { kind: 'good', stop, tookMs, code }
  if (code === 128 + (constants.signals[signal] ?? 0) && isJvm(lifetime, facts))
    return {
      kind: 'good',
      stop,
      tookMs,
      code,
      note: `A JVM exits with ${code} after ${signal}, even when its hooks did everything right`,
    }
  return { kind: 'bad', stop, tookMs, why: `it exited with code ${code} after ${inMs(tookMs)}` }
}

/** What a signal ended is 128 and its number to a shell and to a kubelet, and so to whoever accepts that code. */
function killedBy(
  signal: NodeJS.Signals,
  { stop, tookMs, facts }: { readonly stop: Stop; readonly tookMs: number; readonly facts: Facts },
): Ending {
  const code = 128 + (constants.signals[signal] ?? 0)
  if (signal === stop.signal && facts.acceptedExitCodes.includes(code)) return { kind: 'good', stop, tookMs, code }
  const why = `${signal} killed it after ${inMs(tookMs)}`
  if (signal !== stop.signal || tookMs < HANDLED_MS) return { kind: 'bad', stop, tookMs, why }
  return {
    kind: 'bad',
    stop,
    tookMs,
    why: `${why} (where it handles the signal and raises it again at its end, as uvicorn does: --accept-exit 0,${code})`,
  }
}

/** A JVM has a code of its own for an end by a signal. */
function isJvm({ events }: Lifetime, facts: Facts): boolean {
  if (facts.telemetry.language === 'java' || isJavaCommand(facts.command.join(' '))) return true
  return events.some((event) => {
    if (event.kind === 'spawned' || event.kind === 'process-seen') return isJavaCommand(event.command)
    return 'sender' in event && event.sender.language === 'java'
  })
}

function isJavaCommand(command: string): boolean {
  return /^(?:\S*\/)?java(?:\s|$)/.test(command)
}

function inMs(ms: number): string {
  return `${Math.round(ms)} ms`
}
