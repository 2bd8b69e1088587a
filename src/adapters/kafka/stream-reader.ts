import { type Log, SeaworthyError } from 'seaworthy'
import { pauseFor } from '../consuming/pause-for.ts'
import type { JobEnd, WorkInHand } from '../consuming/work-in-hand.ts'
import type { KafkaStreamMessage, OpenKafkaStream } from './stream-client.ts'

interface ReaderPlan<Message> {
  readonly hand: WorkInHand
  readonly log: Log
  readonly onLost: (why: unknown) => void
  readonly handle: (message: Message, context: { readonly signal: AbortSignal }) => Promise<unknown>
}

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000

/** Reads one stream from its opening to its end, a message at a time. */
export class StreamReader {
  readonly #opened: OpenKafkaStream<unknown>
  readonly #reading: Promise<void>

  private constructor(opened: OpenKafkaStream<unknown>, reading: Promise<void>) {
    this.#opened = opened
    this.#reading = reading
  }

  static open<Message extends KafkaStreamMessage>(
    opened: OpenKafkaStream<Message>,
    plan: ReaderPlan<Message>,
  ): StreamReader {
    const reading = readAll(opened, plan).then(
      () => plan.onLost(new SeaworthyError('SEA_CONNECTION_LOST', 'The stream of Kafka has ended by itself')),
      plan.onLost,
    )
    return new StreamReader(opened, reading)
  }

  /** Reads nothing more, waits for the message in flight, and leaves the group. */
  async close(): Promise<void> {
    await this.#opened.stream.close()
    await this.#reading
    await this.#opened.consumer.close(true)
  }
}

async function readAll<Message extends KafkaStreamMessage>(
  { stream }: OpenKafkaStream<Message>,
  plan: ReaderPlan<Message>,
): Promise<void> {
  for await (const message of stream) {
    // What the stream has fetched ahead is not committed: the next owner of the partition gets it.
    if (plan.hand.isPaused || !(await handle(message, plan))) return
  }
}

/** Handles a message until it is handled, and commits it. @returns false when the shutdown came before */
async function handle<Message extends KafkaStreamMessage>(
  message: Message,
  plan: ReaderPlan<Message>,
): Promise<boolean> {
  const { hand, log } = plan
  const name = `${message.topic}[${message.partition}]`
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const how = await hand.take(
      name,
      ({ signal }) => plan.handle(message, { signal }),
      async (end: JobEnd<unknown>) => {
        if (end.how === 'done') await message.commit()
        if (end.how === 'failed') log.error({ err: end.error }, `a message of ${name} failed: it is handled again`)
        return end.how
      },
    )
    if (how === 'done') return true
    if (how === 'unfinished') return false
    await pauseFor(pauseMs, hand.pausing)
    if (hand.isPaused) return false
  }
}
