import type { MemoryTopic } from './memory-stream.ts'

interface Payload {
  readonly topic: string
  readonly partition: number
  readonly message: { readonly value: string; readonly offset: string }
}

/**
 * What `@confluentinc/kafka-javascript` 1.x does where it differs from kafkajs: `stop()`, `on()` and `events` throw, `run`
 * resolves before the group is joined, `disconnect()` begins no further message and waits for the one in flight, an error
 * of `eachMessage` leads to the same message again.
 */
export class ConfluentLikeConsumer {
  readonly #topic: MemoryTopic
  #isEnding = false
  #running: Promise<void> = Promise.resolve()

  constructor(topic: MemoryTopic) {
    this.#topic = topic
  }

  get events(): never {
    throw new Error('Not implemented')
  }

  on(): never {
    throw new Error('Not implemented')
  }

  async connect(): Promise<void> {}
  async subscribe(): Promise<void> {}

  async stop(): Promise<void> {
    throw new Error('Not implemented')
  }

  async run({ eachMessage }: { eachMessage: (payload: Payload) => Promise<void> }): Promise<void> {
    this.#running = this.#consume(eachMessage)
  }

  async disconnect(): Promise<void> {
    this.#isEnding = true
    this.#topic.wake()
    await this.#running
  }

  async #consume(eachMessage: (payload: Payload) => Promise<void>): Promise<void> {
    while (!this.#isEnding) {
      const offset = this.#topic.committed
      const value = this.#topic.messages[offset]
      if (value === undefined) {
        await this.#topic.changed()
        continue
      }
      const payload = { topic: this.#topic.name, partition: 0, message: { value, offset: String(offset) } }
      await eachMessage(payload).then(
        () => (this.#topic.committed = offset + 1),
        () => {},
      )
    }
  }
}
