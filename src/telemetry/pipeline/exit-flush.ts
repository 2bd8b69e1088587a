import { onProcessExit } from '../../logging/process-exit.ts'
import type { Outbox } from './outbox.ts'

export interface ExitFlushOptions {
  readonly outbox: Outbox
  /** Hands everything that is still open to the outbox. */
  readonly sealAll: () => void
  /** Calls back at the end of the process; the returned function takes it back. @default `process.on('exit')` */
  readonly onExit?: (callback: () => void) => () => void
}

/**
 * Whatever ends the process, `process.exit()` in the middle of a request or an uncaught exception, what is still in
 * memory is written to disk and left to the next process. Only where there is a spool; what ends it by force (SIGKILL)
 * calls nobody.
 *
 * @returns takes it back
 */
export function flushAtExit({ outbox, sealAll, onExit = onProcessExit }: ExitFlushOptions): () => void {
  return onExit(() => {
    try {
      sealAll()
    } catch {
      // What is sealed already is written all the same, and there is nobody left to tell.
    }
    outbox.releaseNow()
  })
}
