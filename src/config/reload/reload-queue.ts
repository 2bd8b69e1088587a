/** Runs one reload at a time. Requests that arrive meanwhile share the one that comes next, so none is missed or piled up. */
export class ReloadQueue<Request, Result> {
  readonly #run: (request: Request) => Promise<Result>
  readonly #join: (earlier: Request, later: Request) => Request
  #running: Promise<Result> | undefined
  #next: { request: Request; readonly result: Promise<Result> } | undefined

  /** @param run must not reject */
  constructor(run: (request: Request) => Promise<Result>, join: (earlier: Request, later: Request) => Request) {
    this.#run = run
    this.#join = join
  }

  request(request: Request): Promise<Result> {
    if (this.#running === undefined) return this.#begin(request)
    if (this.#next !== undefined) {
      this.#next.request = this.#join(this.#next.request, request)
      return this.#next.result
    }
    const next = { request, result: this.#running.then(() => this.#begin(this.#takeNext())) }
    this.#next = next
    return next.result
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await (this.#next?.result ?? this.#running)
  }

  #takeNext(): Request {
    const next = this.#next
    this.#next = undefined
    // It was set by whoever waits for this.
    if (next === undefined) throw new TypeError('Nobody waits')
    return next.request
  }

  #begin(request: Request): Promise<Result> {
    const running = this.#run(request).finally(() => {
      // With somebody waiting, it stays taken until that one begins.
      if (this.#next === undefined) this.#running = undefined
    })
    this.#running = running
    return running
  }
}
