import { AsyncLocalStorage } from 'node:async_hooks'
import { exitCodeOfSignal } from '../core/signal-exit-code.ts'

/** A wish of the application to end the process, held back until the shutdown is over. */
export interface ExitRequest {
  /** What it asked for. */
  readonly code: number
  /** How: `process.exit(0)`, `process.kill(process.pid, 'SIGTERM')`. */
  readonly call: string
  /** Where: the place in the application, `/app/server.js:12:3`; empty when it can't be told. */
  readonly place: string
  /** What the application was doing: whatever was given to {@link HeldExit.during}. */
  readonly by: object | undefined
}

/**
 * Stands in for the end of the process where the application has asked for it: code behind a `process.exit()` must not
 * run, so the call throws, and what was thrown is recognised and kept away from everyone, as far as nobody catches it.
 */
class ProcessExit extends Error {
  override readonly name = 'ProcessExit'

  constructor(call: string) {
    super(`${call} ends the process as soon as it has drained and its telemetry is delivered`)
  }
}

/**
 * Holds back the end of the process while a shutdown runs: `process.exit()`, and `process.kill()` of itself. The first
 * request counts, because without a shutdown nothing after it would have happened.
 */
export class HeldExit {
  readonly #target: NodeJS.Process
  readonly #doing = new AsyncLocalStorage<object>()
  readonly #requested = Promise.withResolvers<ExitRequest>()
  #request: ExitRequest | undefined
  #isHolding = false
  #onRequest: (request: ExitRequest) => void = () => {}
  #leave: ((code: number) => void) | undefined

  constructor(target: NodeJS.Process) {
    this.#target = target
  }

  /** The first request, if there was one. */
  get request(): ExitRequest | undefined {
    return this.#request
  }

  get whenRequested(): Promise<ExitRequest> {
    return this.#requested.promise
  }

  /** Whether `thrown` is what a held call has thrown. */
  readonly isHeldExit = (thrown: unknown): boolean => thrown instanceof ProcessExit

  /** Runs `work`, and knows it by `what` in a request that comes from it, however late. */
  during<T>(what: object, work: () => T): T {
    return this.#doing.run(what, work)
  }

  /** Begins to hold. `signal` is the one that the shutdown began with: dying of it is a clean end. */
  hold(signal: NodeJS.Signals | undefined, onRequest: (request: ExitRequest) => void): void {
    this.#isHolding = true
    this.#onRequest = onRequest
    this.#holdExit()
    this.#holdKill(signal)
  }

  /** Holds nothing back any more. */
  release(): void {
    this.#isHolding = false
  }

  /** Ends the process, past everything that holds. */
  leave(code: number): void {
    this.#isHolding = false
    if (this.#leave === undefined) this.#target.exit(code)
    else this.#leave(code)
  }

  #holdExit(): void {
    const exit = this.#target.exit.bind(this.#target)
    this.#leave = exit
    const replacement = (code?: number | string | null): never => {
      if (!this.#isHolding) return exit(code)
      const asked = Number(code ?? this.#target.exitCode ?? 0)
      return this.#refuse(Number.isNaN(asked) ? 1 : asked, `process.exit(${code ?? ''})`, replacement)
    }
    this.#target.exit = replacement
  }

  #holdKill(dying: NodeJS.Signals | undefined): void {
    const kill = this.#target.kill.bind(this.#target)
    const replacement = (pid: number, signal: string | number = 'SIGTERM'): true => {
      const isEnd = this.#isHolding && pid === this.#target.pid && ENDING.has(signal)
      if (!isEnd) return kill(pid, signal)
      const code = signal === dying ? 0 : exitCodeOfSignal(signal as NodeJS.Signals)
      return this.#refuse(code, `process.kill(process.pid, '${signal}')`, replacement)
    }
    this.#target.kill = replacement
  }

  #refuse(code: number, call: string, caller: Function): never {
    const thrown = new ProcessExit(call)
    Error.captureStackTrace(thrown, caller)
    const request = { code, call, place: placeOf(thrown), by: this.#doing.getStore() }
    // Who catches it and prints it shall not think that something broke here.
    thrown.stack = `${thrown.name}: ${thrown.message}`
    const isFirst = this.#request === undefined
    this.#request ??= request
    this.#onRequest(request)
    if (isFirst) this.#requested.resolve(request)
    throw thrown
  }
}

/** Signals that a process ends itself with. */
const ENDING: ReadonlySet<string | number> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGKILL'])

/** The innermost place in a stack that is not Node's own. */
function placeOf({ stack = '' }: Error): string {
  const frame = stack.split('\n').find((line) => line.startsWith('    at ') && !line.includes('node:'))
  return /\(?((?:file:\/\/)?\/[^()]+:\d+:\d+)\)?$/.exec(frame ?? '')?.[1]?.replace('file://', '') ?? ''
}
