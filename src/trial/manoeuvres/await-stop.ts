import { stopDeadlineMs } from '../history/views/stop-settings.ts'
import type { Bridge, Ship } from '../ship/ship.ts'

/** An end that comes with the deadline is told by its time, and not by our kill. */
const SLACK_MS = 250
const KILL_LIMIT_MS = 5000
const QUIET_MS = 250
const TELEMETRY_LIMIT_MS = 2000

/** Waits until the service has ended, or its deadline is over: then it is killed. @returns whether it ended by itself */
export async function awaitStop(ship: Ship, { facts, signal }: Bridge): Promise<boolean> {
  const ended = await ship.waitForExit(stopDeadlineMs(facts) + SLACK_MS)
  if (ended || signal.aborted) return ended
  ship.signal('SIGKILL')
  await ship.waitForExit(KILL_LIMIT_MS)
  return false
}

/** What was sent in the last moment may still be on its way to us. */
export async function awaitTelemetry(ship: Ship): Promise<void> {
  await ship.whenTelemetryIsQuiet({ quietMs: QUIET_MS, timeoutMs: TELEMETRY_LIMIT_MS })
}

/** Waits, but no longer than the process that was started is there. */
export async function pauseWhileRunning(ship: Ship, ms: number): Promise<void> {
  if (ship.isRunning) await Promise.race([ship.pause(ms), ship.exited])
}
