/** A topic with one partition, in memory. */
export class MemoryTopic {
  readonly name: string
  readonly messages: string[] = []
  committed = 0
  #waiting: (() => void)[] = []

  constructor(name: string) {
    this.name = name
  }

  send(value: string): void {
    this.messages.push(value)
    this.wake()
  }

  /** Resolves when something was sent, or a consumer ends. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

export interface StreamedMessage {
  readonly topic: string
  readonly partition: number
  readonly value: string
  commit(): Promise<void>
}

/** A stream as `@platformatic/kafka` gives it, with `autocommit: false`. */
export class MemoryStream implements AsyncIterable<StreamedMessage> {
  readonly #topic: MemoryTopic
  #isClosed = false

  constructor(topic: MemoryTopic) {
    this.#topic = topic
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#topic.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamedMessage> {
    let next = this.#topic.committed
    while (!this.#isClosed) {
      const value = this.#topic.messages[next]
      if (value === undefined) await this.#topic.changed()
      else {
        next++
        const offset = next
        const commit = async (): Promise<void> => void (this.#topic.committed = offset)
        yield { topic: this.#topic.name, partition: 0, value, commit }
      }
    }
  }
}
