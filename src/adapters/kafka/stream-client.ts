/** What is needed of a stream of messages. */
export interface KafkaStream<Message> extends AsyncIterable<Message> {
  close(): unknown
}

/** What is needed of a message of a stream. */
export interface KafkaStreamMessage {
  readonly topic: string
  readonly partition: number
  commit(): unknown
}

/** A stream, and the consumer that it belongs to. */
export interface OpenKafkaStream<Message> {
  readonly stream: KafkaStream<Message>
  readonly consumer: { close(force?: boolean): unknown }
}
