import type { Log } from 'seaworthy'
import {
  type AmqpChannel,
  type AmqpConnection,
  type AmqpMessage,
  cutConnection,
  unlessGone,
  type UnlessGone,
} from './amqplib-client.ts'
import { pauseFor } from '../consuming/pause-for.ts'
import type { JobEnd, WorkInHand } from '../consuming/work-in-hand.ts'

/** What a subscription is opened with. */
export interface SubscriptionPlan<Message, Channel> {
  readonly connect: () => Promise<AmqpConnection<Channel>>
  readonly setup: (channel: Channel) => Promise<unknown>
  readonly handle: (
    message: Message,
    context: { readonly signal: AbortSignal; readonly channel: Channel },
  ) => Promise<unknown>
  readonly queue: string
  readonly prefetch: number
  readonly requeues: boolean
  readonly retryDelayMs: number
  readonly hand: WorkInHand
  readonly log: Log
  readonly onLost: (why: unknown) => void
}

/** One connection with one channel and one consumer on it, from its opening to its loss or its end. */
export class AmqpSubscription {
  readonly #connection: AmqpConnection<AmqpChannel>
  readonly #channel: AmqpChannel
  readonly #plan: SubscriptionPlan<AmqpMessage, AmqpChannel>
  /** Ends pauses before messages are put back. */
  readonly #ending = new AbortController()
  readonly #unlessGone: UnlessGone
  #tag: string | undefined
  #isLost = false
  #asking: Promise<void> | undefined

  private constructor(
    connection: AmqpConnection<AmqpChannel>,
    channel: AmqpChannel,
    plan: SubscriptionPlan<AmqpMessage, AmqpChannel>,
  ) {
    this.#connection = connection
    this.#channel = channel
    this.#plan = plan
    this.#unlessGone = unlessGone(connection)
  }

  static async open<Message extends AmqpMessage, Channel extends AmqpChannel>(
    plan: SubscriptionPlan<Message, Channel>,
  ): Promise<AmqpSubscription> {
    const connection = await plan.connect()
    let why: unknown
    const lost = (event: string) => (error?: Error) => {
      // An `error` comes before its `close`, and says more.
      why ??= error ?? new Error(`RabbitMQ: ${event}`)
      if (event.endsWith('closed')) plan.onLost(why)
    }
    // An `error` without a listener would be an uncaught exception.
    connection.on('error', lost('the connection failed'))
    connection.on('close', lost('the connection was closed'))
    try {
      const channel = await connection.createChannel()
      channel.on('error', lost('the channel failed'))
      channel.on('close', lost('the channel was closed'))
      await plan.setup(channel)
      await channel.prefetch(plan.prefetch)
      const subscription = new AmqpSubscription(
        connection,
        channel,
        plan as unknown as SubscriptionPlan<AmqpMessage, AmqpChannel>,
      )
      await subscription.#consume()
      return subscription
    } catch (error) {
      why ??= error
      await connection.close().catch(() => {})
      throw error
    }
  }

  /** Resolves when the broker has answered. One that is silent for an hour is asked once. */
  ping(): Promise<void> {
    this.#asking ??= askBroker(() => this.#connection.createChannel()).finally(() => (this.#asking = undefined))
    return this.#asking
  }

  /** Takes nothing more. What arrives before the broker has heard of it goes back. */
  async cancel(): Promise<void> {
    this.#ending.abort()
    if (this.#tag === undefined || this.#isLost) return
    try {
      await this.#channel.cancel(this.#tag)
    } catch (error) {
      // Then nothing is delivered any more either, and what was delivered goes to others.
      this.#plan.log.warn({ err: error }, `the consumer of ${this.#plan.queue} was lost before it could be cancelled`)
    }
  }

  /** Closes channel and connection; what was not acknowledged goes to others. */
  async close(): Promise<void> {
    this.#ending.abort()
    const wasLost = this.#isLost
    this.#isLost = true
    // The broker answers the close of the channel after everything that was sent on it before, acknowledgements included.
    if (!wasLost) await this.#unlessGone(this.#channel.close())
    await this.#unlessGone(this.#connection.close())
  }

  /** Ends it at once. */
  cut(): void {
    cutConnection(this.#connection)
  }

  async #consume(): Promise<void> {
    const { queue, onLost } = this.#plan
    const { consumerTag } = await this.#channel.consume(queue, (message: AmqpMessage | null) => {
      if (message === null) onLost(new Error(`the consumer of ${queue} was cancelled by RabbitMQ: is the queue gone?`))
      else this.#receive(message)
    })
    this.#tag = consumerTag
    const markLost = (): void => void (this.#isLost = true)
    this.#channel.on('close', markLost)
    this.#connection.on('close', markLost)
  }

  #receive(message: AmqpMessage): void {
    const { hand, handle, queue, log } = this.#plan
    if (hand.isPaused || this.#ending.signal.aborted) {
      this.#answer(() => this.#channel.nack(message, false, true))
      return
    }
    const name = `${queue} ${message.fields.routingKey}`.trimEnd()
    hand
      .take(
        name,
        async ({ signal }) => await handle(message, { signal, channel: this.#channel }),
        async (end) => await this.#settle(message, end),
      )
      .catch((error: unknown) => log.error({ err: error }, `a message of ${queue} could not be answered`))
  }

  async #settle(message: AmqpMessage, end: JobEnd<unknown>): Promise<void> {
    const { log, queue, requeues, retryDelayMs } = this.#plan
    const { redelivered } = message.fields
    if (end.how === 'done') return this.#answer(() => this.#channel.ack(message))
    if (end.how === 'unfinished') return this.#answer(() => this.#channel.nack(message, false, true))
    log.error({ err: end.error, queue, redelivered }, `a message of ${queue} failed: ${describe(end.error)}`)
    if (requeues) await pauseFor(retryDelayMs, this.#ending.signal)
    this.#answer(() => this.#channel.nack(message, false, requeues))
  }

  /** On a channel that is closed nothing can be answered; the broker delivers the message again. */
  #answer(send: () => void): void {
    try {
      send()
    } catch (error) {
      this.#plan.log.warn({ err: error }, `an answer to RabbitMQ came too late: the message will be delivered again`)
    }
  }
}

/** Opens a channel and closes it: all that a broker answers whoever may do nothing else. */
export async function askBroker(open: () => Promise<Pick<AmqpChannel, 'on' | 'close'>>): Promise<void> {
  const channel = await open()
  // An `error` without a listener would be an uncaught exception.
  channel.on('error', () => {})
  await channel.close()
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
