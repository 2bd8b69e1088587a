/** Waits for `promise`, but no longer than until the signal is aborted; then it rejects with the signal's reason. */
export async function untilAborted<T>(signal: AbortSignal, promise: PromiseLike<T>): Promise<T> {
  let release = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(signal.reason)
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    release = () => signal.removeEventListener('abort', giveUp)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    release()
  }
}

/**
 * A question that cannot be taken back, such as a `PING` that is on its way: however often it is asked of one thing, one
 * is under way. A server that stays silent for an hour gets one command, not one every two seconds.
 */
export class SingleQuestion<Client extends object, Answer> {
  readonly #ask: (client: Client) => PromiseLike<Answer>
  #asked: { readonly client: Client; readonly answer: Promise<Answer> } | undefined

  constructor(ask: (client: Client) => PromiseLike<Answer>) {
    this.#ask = ask
  }

  /** Asks, or joins the question that is still open. Rejects as soon as the signal is aborted. */
  async ask(client: Client, signal: AbortSignal): Promise<Answer> {
    if (this.#asked?.client !== client) this.#asked = this.#begin(client)
    return await untilAborted(signal, this.#asked.answer)
  }

  #begin(client: Client): { readonly client: Client; readonly answer: Promise<Answer> } {
    // What throws rejects, too; and it is no longer open before anybody can hear of its end.
    const answer = (async () => await this.#ask(client))()
    const asked = { client, answer }
    const end = (): void => {
      if (this.#asked === asked) this.#asked = undefined
    }
    answer.then(end, end)
    return asked
  }
}
