import type { Clock } from '../../core/clock.ts'
import { onProcessExit } from '../../core/process-exit.ts'
import { exitCodeOfSignal } from '../../core/signal-exit-code.ts'
import { killFamilyNow } from '../../process/kill-family-now.ts'
import { CLI_EXIT_CODE } from '../exit-code.ts'

/** Why everything was given up. */
export type Cause =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  /** Ours, that nobody caught. */
  | { readonly kind: 'bug'; readonly error: unknown }

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** When everything that was asked to end has not, the process ends all the same. */
const LIMIT_MS = 15_000

/**
 * Gives up on a signal and on an error of ours that nobody caught, so that the services under trial end, too. A second
 * signal, or too long an end, ends this process at once; whatever is then left of the run is killed before.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController()
  readonly #clock: Clock
  readonly #forgetExit: () => void
  #cause: Cause | undefined
  #cancel = (): void => {}

  /** @param marker in the environment of every process of the run: `NAME=value` */
  constructor(clock: Clock, marker: string) {
    this.#clock = clock
    for (const signal of SIGNALS) process.on(signal, this.#onSignal)
    process.on('uncaughtException', this.#onError)
    process.on('unhandledRejection', this.#onError)
    this.#forgetExit = onProcessExit(() => killFamilyNow(marker))
  }

  /** Aborted when everything is given up. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get cause(): Cause | undefined {
    return this.#cause
  }

  /** What the process exits with because of it. */
  get exitCode(): number | undefined {
    if (this.#cause === undefined) return undefined
    return this.#cause.kind === 'bug' ? CLI_EXIT_CODE.bug : exitCodeOfSignal(this.#cause.signal)
  }

  /** Signals mean again what they meant. What was killed at the end of the process stays killed. */
  [Symbol.dispose](): void {
    this.#cancel()
    for (const signal of SIGNALS) process.off(signal, this.#onSignal)
    process.off('uncaughtException', this.#onError)
    process.off('unhandledRejection', this.#onError)
    this.#forgetExit()
  }

  #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#cause === undefined) this.#giveUp({ kind: 'signal', signal })
    else this.#exit()
  }

  #onError = (error: unknown): void => {
    // Nobody reads what we print any more, as behind `| head`: that is no bug.
    const isPipe = (error as NodeJS.ErrnoException | null)?.code === 'EPIPE'
    if (this.#cause === undefined) this.#giveUp(isPipe ? { kind: 'signal', signal: 'SIGPIPE' } : { kind: 'bug', error })
  }

  #giveUp(cause: Cause): void {
    this.#cause = cause
    this.#cancel = this.#clock.schedule(LIMIT_MS, () => this.#exit(), { keepAlive: false })
    this.#controller.abort()
  }

  #exit(): void {
    // oxlint-disable-next-line node/no-process-exit -- asked for twice, or not possible otherwise
    process.exit(this.exitCode)
  }
}
