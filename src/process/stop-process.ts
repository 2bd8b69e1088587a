import type { Clock } from '../core/clock.ts'
import type { OwnedProcess, ProcessExit } from './owned-process.ts'

export interface StopOptions {
  readonly clock: Clock
  /** When SIGKILL follows, in milliseconds from the signal. */
  readonly limitMs: number
  /** @default SIGTERM */
  readonly signal?: NodeJS.Signals
}

export interface StopResult extends ProcessExit {
  /** From the signal to the end of the process and its output. */
  readonly tookMs: number
  /** It did not end within the limit, and we killed it. */
  readonly wasKilled: boolean
}

/** Signals a process as a kubelet does, and waits for its end: SIGKILL follows at the limit. */
export async function stopProcess(owned: OwnedProcess, options: StopOptions): Promise<StopResult> {
  const { clock, limitMs, signal = 'SIGTERM' } = options
  const startedAt = clock.now()
  let wasKilled = false
  owned.signal(signal)
  const cancel = clock.schedule(limitMs, () => {
    wasKilled = owned.signal('SIGKILL')
  })
  const exit = await owned.exit
  cancel()
  return { ...exit, tookMs: clock.now() - startedAt, wasKilled }
}
