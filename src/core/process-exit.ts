/** Calls back when the process is about to end, whoever ends it; the returned function takes it back. */
export function onProcessExit(callback: () => void): () => void {
  process.on('exit', callback)
  return () => void process.off('exit', callback)
}

/** An end of the process that we did not bring about. */
export interface ForeignExit {
  readonly code: number
  /** The call that did: `handler (file:///app/signals.js:3:11)`; absent when nobody called, and the loop ran empty. */
  readonly caller?: string
}

/** Deep enough for the frames of Node between the caller and our listener, whatever the limit of the program is. */
const FRAMES = 50

/** Calls back when somebody ends the process; it can't be prevented, and here it is not tried. */
export function onForeignExit(callback: (exit: ForeignExit) => void): () => void {
  return onProcessExit(() => {
    const caller = findCaller()
    callback({ code: Number(process.exitCode ?? 0), ...(caller === undefined ? {} : { caller }) })
  })
}

/** `exit` is emitted inside of `process.exit`, so its caller is on the stack. */
function findCaller(): string | undefined {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = FRAMES
  const frames = (new Error('exit').stack ?? '').split('\n').map((line) => line.trim())
  Error.stackTraceLimit = before
  const at = frames.findIndex((frame) => /^at (?:process\.)?(?:exit|reallyExit) /.test(frame))
  return at < 0 ? undefined : frames[at + 1]?.replace(/^at /, '')
}
