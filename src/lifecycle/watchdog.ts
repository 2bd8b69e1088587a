import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Log } from '../core/log.ts'
import { attempt } from './attempt.ts'
import { messageOf } from './shutdown-report.ts'
import type { ProgressSnapshot } from './shutdown-progress.ts'
import { LEAVING, type WatchdogBrief } from './watchdog-line.ts'
import { mayInspect } from './watchdog-pause.ts'

export interface WatchdogOptions extends Omit<WatchdogBrief, 'kind' | 'actAt' | 'mayInspect'> {
  /** Told when there is no watchdog, and why. */
  readonly log: Log
}

/** After the main thread, which ends the process at the deadline itself as long as it can. */
const LATER_MS = 100

/**
 * A thread that ends the process at the deadline even if the event loop is blocked: in a busy loop, in a hung call of
 * the system. Before that it writes one line to standard error, and the termination log: what blocks (the stack of the
 * main thread, where it can be stopped), and what was still open. The exit code is 1; 137 where the main thread can't be
 * stopped and the process ends itself by SIGKILL.
 *
 * It can't help a loop that was blocked before the signal came: nobody has heard of the shutdown then.
 */
export class Watchdog {
  readonly #worker: Worker | undefined

  private constructor(worker: Worker | undefined) {
    this.#worker = worker
  }

  /** Begins to watch. Without threads (`--permission` without `--allow-worker`, a bundle without the file), a warning says so. */
  static start({ log, ...brief }: WatchdogOptions): Watchdog {
    const warn = (error: unknown): void =>
      log.warn({ reason: messageOf(error) }, 'no watchdog: a blocked event loop would not be ended at the deadline')
    // A person with a debugger stops the main thread for as long as they like.
    if (attempt(() => process.getBuiltinModule('node:inspector').url()) !== undefined) return new Watchdog(undefined)
    // A socket that nobody reads must not hold the thread up: Node makes it non-blocking when first asked for it.
    void process.stderr
    try {
      // From sources and from dist: the file has the ending of this one.
      const file = new URL(`./watchdog-worker${extname(import.meta.url)}`, import.meta.url)
      const actAt = performance.timeOrigin + performance.now() + brief.deadlineMs - brief.snapshot.elapsedMs + LATER_MS
      const workerData: WatchdogBrief = { kind: 'seaworthy-watchdog', ...brief, actAt, mayInspect: mayInspect() }
      // Nothing of the service's own environment: no preloaded module runs twice, no variable is copied.
      const worker = new Worker(file, { workerData, name: 'seaworthy watchdog', execArgv: [], env: {} })
      worker.on('error', warn)
      // It must not keep the process alive that it watches.
      worker.unref()
      return new Watchdog(worker)
    } catch (error) {
      warn(error)
      return new Watchdog(undefined)
    }
  }

  /** Tells what the shutdown waits for now. */
  update(snapshot: ProgressSnapshot): void {
    attempt(() => this.#worker?.postMessage(snapshot))
  }

  /** Tells that the main thread ends the process itself: it has longer for that, and is found leaving, not blocked. */
  leave(): void {
    attempt(() => this.#worker?.postMessage(LEAVING))
  }

  /** Ends the watch: whatever follows may take as long as it likes. */
  async stop(): Promise<void> {
    await this.#worker?.terminate()
  }
}
