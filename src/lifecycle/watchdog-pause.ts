import type { Debugger } from 'node:inspector'
import type { Clock } from '../core/clock.ts'
import type { StackFrame } from './watchdog-line.ts'

/** The main thread, stopped in the middle of its JavaScript. */
export interface PausedThread {
  readonly stack: readonly StackFrame[]
  /** Ends the process with exit code 1, without asking anybody: no exit listener runs. */
  end(): void
  /** Lets the thread go on where it was stopped. */
  resume(): void
}

/** Whether `--permission` lets the inspector be used. Only the main thread can tell: in another one nothing is known. */
export function mayInspect(): boolean {
  return process.permission === undefined || process.permission.has('inspector')
}

/**
 * Run in the stopped main thread. A process that ends with an inspector session open says so on standard error, from C++;
 * that noise goes to /dev/null, which takes the place of descriptor 2. If the place is taken by somebody else in between,
 * nothing is ended here: words must not end up in a file of theirs.
 */
const END = `(() => {
  const fs = process.getBuiltinModule('node:fs')
  fs.closeSync(2)
  if (fs.openSync('/dev/null', 'w') === 2) process.reallyExit(1)
})()`

/**
 * Stops the main thread by the inspector that every Node has inside: no port is opened and nothing is printed. Works in
 * a busy loop, in a regular expression and in `Atomics.wait`, but not in a call of the system or in one long call of
 * native code; and not where the inspector is missing. Where it is forbidden (see {@link mayInspect}) it must not even
 * be tried: Node does not throw then, it aborts the process without a word of ours.
 *
 * @returns `undefined` when the thread could not be stopped within `limitMs`
 */
export async function pauseMainThread(clock: Clock, limitMs: number): Promise<PausedThread | undefined> {
  try {
    const { Session } = await import('node:inspector')
    const session = new Session()
    session.connectToMainThread()
    const urls = new Map<string, string>()
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url))
    const paused = new Promise<Debugger.CallFrame[] | undefined>((resolve) => {
      clock.schedule(limitMs, () => resolve(undefined))
      session.on('Debugger.paused', ({ params }) => resolve(params.callFrames))
    })
    session.post('Debugger.enable')
    session.post('Debugger.pause')
    const frames = await paused
    if (frames === undefined) {
      // Else the thread would be stopped when its call returns, with nobody there to let it go on.
      session.disconnect()
      return undefined
    }
    return {
      stack: frames.map((frame) => toStackFrame(frame, urls)),
      end: () => session.post('Runtime.evaluate', { expression: END }),
      resume: () => {
        session.post('Debugger.resume')
        session.disconnect()
      },
    }
  } catch {
    // A Node that was built without it.
    return undefined
  }
}

function toStackFrame({ functionName, location }: Debugger.CallFrame, urls: ReadonlyMap<string, string>): StackFrame {
  const { scriptId, lineNumber, columnNumber = 0 } = location
  const url = urls.get(scriptId) || `script ${scriptId}`
  return { functionName: functionName || 'anonymous', location: `${url}:${lineNumber + 1}:${columnNumber + 1}` }
}
