import { type Cancel, systemClock } from '../../core/clock.ts'
import { hideSecrets } from '../../core/secret-text.ts'
import { readNativeWait } from '../../lifecycle/native-wait.ts'
import { describeBlockage } from '../../lifecycle/watchdog-line.ts'
import { writeWithoutWaiting } from '../../lifecycle/write-without-waiting.ts'
import { stackOfMainThread } from './main-thread-stack.ts'
import type { FromOffLoop, OffLoopBrief } from './off-loop-messages.ts'
import { keepStuckEvidence, type StuckLoop, toStuckLine } from './stuck-evidence.ts'
import { lookEveryMs, StuckWatch } from './stuck-watch.ts'

/** How long the main thread may take to say where it is: one that runs JavaScript does within a millisecond or two. */
const ANSWER_LIMIT_MS = 1000
/** Whoever answers later was in the system or in native code, and says where it came back from there. */
const AT_ONCE_MS = 250
const WRITE_LIMIT_MS = 100
const NOT_INSPECTED = 'where it may not be looked (--permission without the right to inspect)'

interface Occurrence {
  stuckMs: number
  where: string
  stack: readonly string[] | undefined
  evidence: string | undefined
  /** A person with a debugger stops the main thread for as long as they like: that is not stuck. */
  isDebugged: boolean
}

/** Watches whether the event loop of the main thread turns, and tells once when it does not, and once when it does again. */
export class LoopGuard {
  readonly #brief: OffLoopBrief
  readonly #tell: (message: FromOffLoop) => void
  #watch: StuckWatch | undefined
  #occurrence: Occurrence | undefined
  #count = 0
  #endLooking: Cancel = () => {}

  constructor(brief: OffLoopBrief, tell: (message: FromOffLoop) => void) {
    this.#brief = brief
    this.#tell = tell
  }

  start(): void {
    const { stuckAfterMs } = this.#brief
    if (stuckAfterMs === undefined) return
    this.#watch = new StuckWatch(stuckAfterMs, this.#turns, performance.now())
    this.#lookAgain(lookEveryMs(stuckAfterMs))
  }

  stop(): void {
    this.#endLooking()
    this.#watch = undefined
  }

  /** How long the event loop has been stuck, in milliseconds; `undefined` when it is not. */
  look(): number | undefined {
    if (this.#watch === undefined) return undefined
    const condition = this.#watch.look(this.#turns, performance.now())
    if (condition === 'stuck') {
      const { stillMs } = this.#watch
      if (this.#occurrence === undefined) void this.#begin(stillMs)
      else this.#occurrence.stuckMs = stillMs
      return this.#occurrence?.isDebugged === true ? undefined : stillMs
    }
    if (this.#occurrence !== undefined) this.#end(this.#occurrence)
    return undefined
  }

  get #turns(): number {
    return Atomics.load(this.#brief.turns, 0)
  }

  #lookAgain(everyMs: number): void {
    this.#endLooking = systemClock.schedule(everyMs, () => {
      this.look()
      this.#lookAgain(everyMs)
    })
  }

  #end({ stuckMs, where, stack, evidence, isDebugged }: Occurrence): void {
    this.#occurrence = undefined
    if (isDebugged) return
    this.#tell({ kind: 'recovered', stuckMs, where, stack, evidence })
  }

  async #begin(stuckMs: number): Promise<void> {
    const { brief, turns } = { brief: this.#brief, turns: this.#turns }
    // Now, while it waits there; if it turns before it has said more, this is what is known.
    const native = readNativeWait(process.pid)
    const inNative = brief.mayInspect ? describeBlockage(native) : NOT_INSPECTED
    const occurrence: Occurrence = {
      stuckMs,
      where: inNative,
      stack: undefined,
      evidence: undefined,
      isDebugged: false,
    }
    this.#occurrence = occurrence
    const askedAt = performance.now()
    const main = brief.mayInspect ? await stackOfMainThread(systemClock, ANSWER_LIMIT_MS) : undefined
    // It has turned meanwhile: what was found is not what blocked it.
    if (this.#turns !== turns) return
    occurrence.isDebugged = main?.isDebugged === true
    if (occurrence.isDebugged) return
    const isAtOnce = performance.now() - askedAt <= AT_ONCE_MS
    if (main !== undefined) {
      const inJavaScript = describeBlockage({ kind: 'javascript', stack: main.frames })
      occurrence.where = isAtOnce ? inJavaScript : `${inNative}, and came back ${inJavaScript}`
      occurrence.stack = main.frames.map(({ functionName, location }) => `${functionName} (${location})`)
    }
    const time = new Date(performance.timeOrigin + performance.now()).toISOString()
    const { where, stack } = occurrence
    const found: StuckLoop = { where, stack, stuckMs, time, ...(main !== undefined && isAtOnce ? {} : { native }) }
    occurrence.evidence = keepStuckEvidence(brief, found, ++this.#count)
    const line = toStuckLine(brief, { ...found, evidence: occurrence.evidence })
    if (brief.fd !== undefined) writeWithoutWaiting(brief.fd, hideSecrets(line), WRITE_LIMIT_MS)
  }
}
