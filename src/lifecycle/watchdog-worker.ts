import { writeFileSync } from 'node:fs'
import { isMainThread, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { systemClock } from '../core/clock.ts'
import { hideSecrets } from '../core/secret-text.ts'
import { attempt } from './attempt.ts'
import { readNativeWait } from './native-wait.ts'
import type { ProgressSnapshot } from './shutdown-progress.ts'
import { writeTerminationLines } from './termination-log.ts'
import { LEAVING, toWatchdogLine, type WatchdogBrief, type WatchdogNews } from './watchdog-line.ts'
import { pauseMainThread } from './watchdog-pause.ts'
import { writeWithoutWaiting } from './write-without-waiting.ts'

// The program of the watching thread, see watchdog.ts. It shares nothing with the main thread but the process: it waits,
// keeps the latest snapshot, and if it is still there when its time comes, it says why and ends the process.

const WRITE_LIMIT_MS = 100

if (!isMainThread && (workerData as WatchdogBrief | null)?.kind === 'seaworthy-watchdog') {
  watch(workerData as WatchdogBrief)
}

function watch(brief: WatchdogBrief): void {
  // Reports of threads are inside of that of the process, and do not follow what it leaves out.
  Object.assign(process.report, { excludeEnv: true, excludeNetwork: true })
  let { snapshot } = brief
  let updatedAt = now()
  let isLeaving = false
  const hear = (news: WatchdogNews): void => {
    if (news === LEAVING) {
      isLeaving = true
      return
    }
    snapshot = news
    updatedAt = now()
  }
  parentPort?.on('message', hear)
  const latest = (): Latest => {
    // A timer comes before messages that are there already.
    for (let next = nextNews(); next !== undefined; next = nextNews()) hear(next.message)
    return { snapshot: older(snapshot, now() - updatedAt), isLeaving }
  }
  systemClock.schedule(Math.max(0, brief.actAt - now()), () => {
    // Where it ends the process itself, it has one step more for its own words, which say more than ours.
    systemClock.schedule(latest().isLeaving ? brief.stepMs : 0, () => void act(brief, latest))
  })
}

interface Latest {
  readonly snapshot: ProgressSnapshot
  readonly isLeaving: boolean
}

function nextNews(): { readonly message: WatchdogNews } | undefined {
  return parentPort === null ? undefined : receiveMessageOnPort(parentPort)
}

async function act(brief: WatchdogBrief, latest: () => Latest): Promise<void> {
  const main = brief.mayInspect ? await pauseMainThread(systemClock, brief.stepMs) : undefined
  const blockage =
    main === undefined ? readNativeWait(process.pid) : ({ kind: 'javascript', stack: main.stack } as const)
  const found = { ...latest(), blockage, time: new Date(now()).toISOString() }
  const { line, message, watchdog } = toWatchdogLine(brief, found)
  writeWithoutWaiting(2, hideSecrets(line), WRITE_LIMIT_MS)
  writeTerminationLines(brief.terminationLog, hideSecrets(message), () => watchdog)
  const { evidence } = brief
  if (evidence !== undefined) attempt(() => writeFileSync(evidence, hideSecrets(line), { mode: 0o600 }))
  if (main === undefined) kill()
  main?.end()
  systemClock.schedule(brief.stepMs, kill)
}

function kill(): void {
  process.kill(process.pid, 'SIGKILL')
}

/** The snapshot as it would be now: what has not ended has grown older. */
function older(snapshot: ProgressSnapshot, byMs: number): ProgressSnapshot {
  const age = <T extends { readonly ageMs: number }>(item: T): T => ({ ...item, ageMs: Math.round(item.ageMs + byMs) })
  return {
    ...snapshot,
    elapsedMs: Math.round(snapshot.elapsedMs + byMs),
    running: snapshot.running.map(age),
    open: snapshot.open.map(age),
  }
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
