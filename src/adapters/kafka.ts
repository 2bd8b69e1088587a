/**
 * Kafka consumers as consumers of a service: `kafka` for clients with the interface of kafkajs (kafkajs itself,
 * `@confluentinc/kafka-javascript`, the compatibility layer of `@platformatic/kafka`), `kafkaStream` for the streams of
 * `@platformatic/kafka`. The package is yours: you build the client.
 *
 * @module
 */
import { type ComponentContext, type ConsumerDefinition, type Needs, SeaworthyError, type Values } from 'seaworthy'
import { WorkInHand } from './consuming/work-in-hand.ts'
import { leaveGroup } from './kafka/leave-group.ts'
import { watchCrash } from './kafka/watch-crash.ts'

/** What is needed of a message that `eachMessage` gets. */
export interface KafkaPayload {
  readonly topic: string
  readonly partition: number
}

/** What is needed of a consumer with the interface of kafkajs. */
export interface KafkaConsumer<Payload> {
  connect(): Promise<unknown>
  subscribe(subscription: { topics: string[]; fromBeginning?: boolean }): Promise<unknown>
  run(options: { eachMessage: (payload: Payload) => Promise<void> }): Promise<unknown>
  stop?(): Promise<unknown>
  disconnect(): Promise<unknown>
}

/** How topics are consumed by a client with the interface of kafkajs. */
export interface KafkaOptions<Config, Payload extends KafkaPayload, N extends Needs> {
  /** Components whose values the functions here get. */
  readonly needs?: N
  /** Builds the consumer, neither connected nor running: `({ config }) => kafka.consumer({ groupId: 'orders' })`. */
  readonly consumer: (
    context: Values<N> & ComponentContext<Config>,
  ) => KafkaConsumer<Payload> | Promise<KafkaConsumer<Payload>>
  /** The topics. */
  readonly topics: readonly string[]
  /**
   * Whether a group without offsets begins with the oldest message. Confluent's client takes it at `consumer()` instead.
   *
   * @default what the client does
   */
  readonly fromBeginning?: boolean
  /** More of what the client's `run()` takes, such as `partitionsConsumedConcurrently`. @default nothing */
  readonly run?: Readonly<Record<string, unknown>>
  /**
   * Handles a message; its offset is committed only after this resolves. What a rejection leads to is the client's affair:
   * these clients try the message again. Its `signal` is aborted at the soft deadline of a shutdown; a message whose
   * handling then rejects is left to the next owner of its partition.
   */
  readonly eachMessage: (payload: Payload, context: Values<N> & ComponentContext<Config>) => unknown
  /** Whether the service is not ready once the client has given up. @default true: only a new process consumes again */
  readonly critical?: boolean
}

/** A Kafka consumer of a running service. */
export interface RunningKafkaConsumer {
  readonly hand: WorkInHand
  /** Takes nothing more, and leaves the group when what is in hand has ended. */
  readonly leave: () => Promise<void>
  readonly crash: () => Error | undefined
}

/**
 * Topics of Kafka as a consumer. At the announcement of a shutdown no further message is begun, not even of a batch that
 * is here already; messages in flight end, offsets are committed, and the group is left, so that others own the
 * partitions at once rather than after the session timeout. What does not end in its time is not committed: the next
 * owner of the partition gets it again.
 *
 * @example
 * ```ts
 * service.consumer('orders', kafka({
 *   consumer: ({ config }) => new Kafka({ brokers: config.kafka.brokers }).consumer({ groupId: 'orders' }),
 *   topics: ['orders'],
 *   eachMessage: async ({ message }, { signal }) => await book(message.value, { signal }),
 * }))
 * ```
 */
export function kafka<Config, Payload extends KafkaPayload = KafkaPayload, N extends Needs = Record<never, never>>(
  options: KafkaOptions<Config, Payload, N>,
): ConsumerDefinition<Config, RunningKafkaConsumer, N> {
  const { topics, fromBeginning } = options
  return {
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    ...(options.critical === undefined ? {} : { critical: options.critical }),
    async start(context) {
      const hand = new WorkInHand(context.work)
      const consumer = await options.consumer(context)
      const crash = watchCrash(consumer, context.log)
      const eachMessage = async (payload: Payload): Promise<void> => {
        const name = `${payload.topic}[${payload.partition}]`
        if (hand.isPaused) throw givenBack(name)
        await hand.take(
          name,
          async ({ signal }) => await options.eachMessage(payload, { ...context, signal }),
          (end) => {
            if (end.how === 'failed') throw end.error
            if (end.how === 'unfinished') throw givenBack(name)
          },
        )
      }
      try {
        await consumer.connect()
        await consumer.subscribe({ topics: [...topics], ...(fromBeginning === undefined ? {} : { fromBeginning }) })
        // Waited for: a stop before kafkajs has joined its group would have no effect, and it would consume on.
        await consumer.run({ ...options.run, eachMessage })
      } catch (error) {
        void consumer.disconnect().catch(() => {})
        throw error
      }
      let leaving: Promise<void> | undefined
      return { hand, crash, leave: () => (leaving ??= leaveGroup(consumer, context.log)) }
    },
    pause: ({ hand, leave }) => hand.pause(leave),
    giveBack: ({ hand }) => hand.beLate(),
    check({ crash }) {
      const error = crash()
      if (error !== undefined) throw error
    },
    async stop({ hand, leave }) {
      hand.giveBack()
      await hand.whenSettled()
      await leave()
    },
  }
}

/** What is needed of a stream of messages. */
export interface KafkaStream<Message> extends AsyncIterable<Message> {
  close(): unknown
}

/** How a stream of messages is consumed. */
export interface KafkaStreamOptions<Config, Message extends KafkaStreamMessage, N extends Needs> {
  /** Components whose values the functions here get. */
  readonly needs?: N
  /**
   * Opens the stream, with `autocommit: false`: a message is committed when it has been handled.
   * `async ({ config }) => { const consumer = new Consumer({ … }); return { consumer, stream: await consumer.consume({ … }) } }`
   */
  readonly open: (context: Values<N> & ComponentContext<Config>) => Promise<OpenKafkaStream<Message>>
  /**
   * Handles a message, one after another. A rejection ends the stream, and the check fails: a later message must not be
   * committed over one that was not handled. Its `signal` is aborted at the soft deadline of a shutdown.
   */
  readonly eachMessage: (message: Message, context: Values<N> & ComponentContext<Config>) => unknown
  /** Whether the service is not ready once the stream has ended. @default true: only a new process consumes again */
  readonly critical?: boolean
}

/** What is needed of a message of a stream. */
export interface KafkaStreamMessage extends KafkaPayload {
  commit(): unknown
}

/** A stream and the consumer that it belongs to. */
export interface OpenKafkaStream<Message> {
  readonly stream: KafkaStream<Message>
  readonly consumer: { close(force?: boolean): unknown }
}

/** A stream of a running service. */
export interface RunningKafkaStream {
  readonly hand: WorkInHand
  readonly leave: () => Promise<void>
  readonly failure: () => unknown
}

/**
 * A stream of `@platformatic/kafka` as a consumer; what holds for {@link kafka} holds for it. Messages are handled one
 * after another, each committed before the next.
 */
export function kafkaStream<
  Config,
  Message extends KafkaStreamMessage = KafkaStreamMessage,
  N extends Needs = Record<never, never>,
>(options: KafkaStreamOptions<Config, Message, N>): ConsumerDefinition<Config, RunningKafkaStream, N> {
  return {
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    ...(options.critical === undefined ? {} : { critical: options.critical }),
    async start(context) {
      const hand = new WorkInHand(context.work)
      const { stream, consumer } = await options.open(context)
      let failure: unknown
      const consume = async (): Promise<void> => {
        for await (const message of stream) {
          // What the stream has fetched ahead is not committed: the next owner of the partition gets it.
          if (hand.isPaused) return
          const name = `${message.topic}[${message.partition}]`
          await hand.take(
            name,
            async ({ signal }) => await options.eachMessage(message, { ...context, signal }),
            async (end) => {
              if (end.how === 'failed') throw end.error
              if (end.how === 'unfinished') throw givenBack(name)
              await message.commit()
            },
          )
        }
        if (!hand.isPaused) throw new SeaworthyError('SEA_CONNECTION_LOST', 'The stream of Kafka has ended by itself')
      }
      const consuming = consume().catch((error: unknown) => {
        if (hand.isPaused) return
        failure = error
        context.log.error({ err: error }, 'the stream of Kafka has ended: nothing is consumed any more')
      })
      let leaving: Promise<void> | undefined
      const leave = async (): Promise<void> => {
        await stream.close()
        await consuming
        await consumer.close(true)
      }
      return { hand, failure: () => failure, leave: () => (leaving ??= leave()) }
    },
    pause: ({ hand, leave }) => hand.pause(leave),
    giveBack: ({ hand }) => hand.beLate(),
    check({ failure }) {
      const error = failure()
      if (error !== undefined) throw error
    },
    async stop({ hand, leave }) {
      hand.giveBack()
      await hand.whenSettled()
      await leave()
    },
  }
}

/** Ends the handling of a message in the way that a client takes for "not handled": its offset is not committed. */
function givenBack(name: string): SeaworthyError {
  return new SeaworthyError(
    'SEA_WORK_GIVEN_BACK',
    `A message of ${name} is left to another consumer: the service is ending`,
  )
}
