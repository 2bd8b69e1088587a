import { formatDuration } from '../core/duration.ts'
import { describeProgress } from './describe-progress.ts'
import type { ProgressSnapshot } from './shutdown-progress.ts'

/** Sent to the watching thread when the main thread ends the process itself. */
export const LEAVING = 'leaving'

/** What the watching thread hears: what the shutdown waits for now, and at last {@link LEAVING}. */
export type WatchdogNews = ProgressSnapshot | typeof LEAVING

/** What the watching thread is given when it starts. Plain data, so that it can be sent to a thread. */
export interface WatchdogBrief {
  readonly kind: 'seaworthy-watchdog'
  /** Of the service. */
  readonly name: string
  /** Why the shutdown began, in words. */
  readonly reason: string
  /** The deadline, in milliseconds from the begin of the shutdown. */
  readonly deadlineMs: number
  /** The longest time to stop the main thread, and again to end the stopped process, in milliseconds. */
  readonly stepMs: number
  /** When the thread acts, on the scale of `performance.timeOrigin + performance.now()`, which threads share. */
  readonly actAt: number
  /** Whether the main thread may be stopped, to see what it does. */
  readonly mayInspect: boolean
  /** Fields of every line of the service's log: `service`, `version`, `pid`, `hostname`. */
  readonly fields: Readonly<Record<string, unknown>>
  /** The file of the termination log. */
  readonly terminationLog: string
  /** The file that the line goes to, too, for the next process to find. @default none is left */
  readonly evidence?: string | undefined
  readonly snapshot: ProgressSnapshot
}

/** One call of the main thread's stack. */
export interface StackFrame {
  readonly functionName: string
  /** `file:///app/orders.js:12:7`. */
  readonly location: string
}

/** What the main thread was found doing. */
export type Blockage =
  /** It runs JavaScript: the innermost call first. */
  | { readonly kind: 'javascript'; readonly stack: readonly StackFrame[] }
  /** It could not be stopped: it is in the system or in native code. */
  | { readonly kind: 'native'; readonly waitsIn?: string; readonly children: readonly string[] }

/** More frames say less. */
export const MAX_FRAMES = 20

/** The exit code in the line of a process that ends itself by SIGKILL: what a shell and a container runtime say of it. */
const KILLED = 137

export interface WatchdogWords {
  readonly message: string
  readonly watchdog: Readonly<Record<string, unknown>>
  /** Both, as a line of the log. */
  readonly line: string
}

/** The last line of a process that did not end: fields in the order of the log's own lines, and as much as is known. */
export function toWatchdogLine(
  { name, reason, deadlineMs, fields }: WatchdogBrief,
  found: {
    readonly blockage: Blockage
    readonly snapshot: ProgressSnapshot
    readonly time: string
    /** Whether the main thread was about to end the process itself. */
    readonly isLeaving: boolean
  },
): WatchdogWords {
  const { blockage, snapshot, isLeaving } = found
  const isStopped = blockage.kind === 'javascript'
  const exitCode = isStopped ? 1 : KILLED
  const message =
    `${name} did not end within ${formatDuration(deadlineMs)} (${reason}): ${isLeaving ? 'it was about to exit, and' : 'the event loop'} is blocked ${describeBlockage(blockage)}; ` +
    `${describeProgress(snapshot)}. Ended by its watchdog ${isStopped ? 'with exit code 1' : 'with SIGKILL (137)'}`
  const watchdog = {
    exitCode,
    reason,
    deadlineMs,
    ...(isStopped
      ? {
          stack: blockage.stack
            .slice(0, MAX_FRAMES)
            .map(({ functionName, location }) => `${functionName} (${location})`),
        }
      : { waitsIn: blockage.waitsIn, children: blockage.children }),
    ...snapshot,
  }
  return {
    watchdog,
    line: `${JSON.stringify({ level: 'fatal', time: found.time, ...fields, watchdog, msg: message })}\n`,
    message,
  }
}

/** Node's own code, and what the language itself brings, such as `RegExp.test`. */
const NOBODYS_CODE = /^(?:node:|<anonymous>$)/

/** Where it is blocked, to stand after "blocked". */
export function describeBlockage(blockage: Blockage): string {
  if (blockage.kind === 'native') {
    const where = blockage.waitsIn === undefined ? '' : ` (${blockage.waitsIn})`
    const children = blockage.children.length === 0 ? '' : `, with the child process ${blockage.children.join(', ')}`
    return `in the system or in native code${where}${children}`
  }
  // Node's own frames are where it happens; the first frame of somebody's code is why.
  const guilty = blockage.stack.find(({ location }) => !NOBODYS_CODE.test(location)) ?? blockage.stack[0]
  return guilty === undefined ? 'in JavaScript' : `in ${guilty.functionName} (${guilty.location})`
}
