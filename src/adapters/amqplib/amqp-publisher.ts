import type { Log } from 'seaworthy'
import type { StopContext } from '../database/stop-limit.ts'
import {
  type AmqpConfirmChannel,
  type AmqpConfirmConnection,
  cutConnection,
  unlessGone,
  type UnlessGone,
} from './amqplib-client.ts'
import { KeptLink } from '../consuming/kept-link.ts'
import { askBroker } from './amqp-subscription.ts'

interface PublisherPlan {
  readonly connect: () => Promise<AmqpConfirmConnection>
  readonly log: Log
}

interface PublisherLink {
  readonly connection: AmqpConfirmConnection
  readonly channel: AmqpConfirmChannel
  readonly close: UnlessGone
}

/** Publishes to RabbitMQ, and tells when the broker has taken each message over. */
export class AmqpPublisher {
  readonly #link: KeptLink<PublisherLink>
  /** Of one that was lost meanwhile, amqplib never answers. */
  #asked: { readonly connection: AmqpConfirmConnection; readonly answer: Promise<void> } | undefined

  private constructor(link: KeptLink<PublisherLink>) {
    this.#link = link
  }

  /** @internal Use `amqpPublisher()`. */
  static async open({ connect, log }: PublisherPlan): Promise<AmqpPublisher> {
    return new AmqpPublisher(
      await KeptLink.open<PublisherLink>({
        name: 'RabbitMQ',
        log,
        async open(onLost) {
          const connection = await connect()
          let why: unknown
          const failed = (error?: Error): void => void (why ??= error)
          const closed = (): void => onLost(why ?? new Error('RabbitMQ: the connection was closed'))
          connection.on('error', failed)
          connection.on('close', closed)
          try {
            const channel = await connection.createConfirmChannel()
            channel.on('error', failed)
            channel.on('close', closed)
            return { connection, channel, close: unlessGone(connection) }
          } catch (error) {
            why ??= error
            await connection.close().catch(() => {})
            throw error
          }
        },
        async close({ connection, channel, close }) {
          await channel.waitForConfirms().catch((error: unknown) => {
            log.error({ err: error }, 'messages were not confirmed by RabbitMQ: their publish() has rejected')
          })
          await close(channel.close())
          await close(connection.close())
        },
        cut: ({ connection }) => cutConnection(connection),
      }),
    )
  }

  /**
   * Publishes a message. Resolves when the broker has confirmed it.
   *
   * @throws {@link SeaworthyError} `SEA_CONNECTION_LOST` while there is no connection: nothing is kept for later
   * @throws Error of amqplib, when the broker refuses the message or the connection is lost before its answer: whether
   * the message has arrived is not known then
   */
  async publish(exchange: string, routingKey: string, content: Buffer, options?: object): Promise<void> {
    const { channel } = this.#link.requireOpen()
    await new Promise<void>((resolve, reject) => {
      channel.publish(exchange, routingKey, content, options, (error) => {
        if (error === null) resolve()
        else reject(error)
      })
    })
  }

  /** Publishes a message to a queue, by the exchange that every queue is bound to. */
  async sendToQueue(queue: string, content: Buffer, options?: object): Promise<void> {
    await this.publish('', queue, content, options)
  }

  /** @internal */
  check(): Promise<void> {
    return this.#link.ask(({ connection }) => {
      // One that is silent for an hour is asked once.
      if (this.#asked?.connection !== connection) this.#asked = { connection, answer: this.#ask(connection) }
      return this.#asked.answer
    })
  }

  async #ask(connection: AmqpConfirmConnection): Promise<void> {
    try {
      await askBroker(() => connection.createConfirmChannel())
    } finally {
      if (this.#asked?.connection === connection) this.#asked = undefined
    }
  }

  /** @internal */
  async close(context: StopContext): Promise<void> {
    await this.#link.end(context)
  }
}
