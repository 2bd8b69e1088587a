import type { Clock } from '../../core/clock.ts'
import type { StackFrame } from '../../lifecycle/watchdog-line.ts'

/**
 * Run in the main thread, between two steps of whatever it does. What the application has made of stack traces
 * (source maps, fewer frames) is put aside for that moment; the first frames are those of this text itself.
 */
const STACK = `(() => {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = 100
    Error.prepareStackTrace = (_, sites) => sites.map((site) => '    at ' + site).join('\\n')
    return { isDebugged: process.getBuiltinModule('node:inspector').url() !== undefined, stack: new Error().stack }
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
})()
//# sourceURL=seaworthy:stack`

const OWN_FRAME = 'seaworthy:stack'

/** What the main thread says of itself. */
export interface MainThreadStack {
  /** The innermost call first. */
  readonly frames: readonly StackFrame[]
  /** Whether a debugger can be at it: its inspector is open to the outside, by a flag, by `NODE_OPTIONS` or later. */
  readonly isDebugged: boolean
}

/**
 * What the main thread is doing, the innermost call first, by the inspector that every Node has inside: no port is
 * opened, nothing is printed, and the main thread goes on after a millisecond or two. Works in a busy loop, in a regular
 * expression and in `Atomics.wait`; a call of the system or one long call of native code answers when it is over.
 *
 * It asks for the stack and not for the debugger, which would first send every script that is loaded, with source maps
 * that are inside of them: a bundle with a large one ended the process (measured: 60 MB, in a thread of 64 MB). Where the
 * inspector is forbidden by `--permission` this must not be tried: Node aborts the process.
 *
 * @returns `undefined` when there is no answer within `limitMs`
 */
export async function stackOfMainThread(clock: Clock, limitMs: number): Promise<MainThreadStack | undefined> {
  try {
    const { Session } = await import('node:inspector')
    const session = new Session()
    session.connectToMainThread()
    const said = await new Promise<{ stack?: unknown; isDebugged?: unknown } | undefined>((resolve) => {
      const cancel = clock.schedule(limitMs, () => resolve(undefined))
      session.post('Runtime.evaluate', { expression: STACK, returnByValue: true }, (error, answer) => {
        cancel()
        resolve(error === null ? (answer.result.value as { stack?: unknown }) : undefined)
      })
    })
    session.disconnect()
    if (typeof said?.stack !== 'string') return undefined
    return { frames: toFrames(said.stack), isDebugged: said.isDebugged === true }
  } catch {
    // A Node that was built without it.
    return undefined
  }
}

function toFrames(text: string): readonly StackFrame[] {
  return text.split('\n').flatMap((line) => {
    const [, functionName, location] = /^ {4}at (?:(.*) \()?(.*?)\)?$/.exec(line) ?? []
    if (location === undefined || location.includes(OWN_FRAME)) return []
    return [{ functionName: functionName ?? 'anonymous', location }]
  })
}
