/** What is needed of amqplib's messages. */
export interface AmqpMessage {
  readonly content: Buffer
  readonly fields: { readonly deliveryTag: number; readonly redelivered: boolean; readonly routingKey: string }
}

/** What is needed of amqplib's channels. */
export interface AmqpChannel {
  on(event: 'error' | 'close', listener: (error?: Error) => void): unknown
  prefetch(count: number): Promise<unknown>
  consume(queue: string, onMessage: (message: AmqpMessage | null) => void): Promise<{ readonly consumerTag: string }>
  cancel(consumerTag: string): Promise<unknown>
  ack(message: AmqpMessage): void
  nack(message: AmqpMessage, allUpTo?: boolean, requeue?: boolean): void
  close(): Promise<unknown>
}

/** What is needed of amqplib's connections. */
export interface AmqpConnection<Channel> {
  on(event: 'error' | 'close', listener: (error?: Error) => void): unknown
  createChannel(): Promise<Channel>
  close(): Promise<unknown>
}

/** What is needed of amqplib's connections by a publisher. */
export interface AmqpConfirmConnection {
  on(event: 'error' | 'close', listener: (error?: Error) => void): unknown
  createConfirmChannel(): Promise<AmqpConfirmChannel>
  close(): Promise<unknown>
}

/** What is needed of amqplib's confirm channels. */
export interface AmqpConfirmChannel {
  on(event: 'error' | 'close', listener: (error?: Error) => void): unknown
  publish(
    exchange: string,
    routingKey: string,
    content: Buffer,
    options: object | undefined,
    confirmed: (error: Error | null) => void,
  ): boolean
  waitForConfirms(): Promise<unknown>
  close(): Promise<unknown>
}

/** Ends a connection at once. amqplib has no end that does not wait for the broker. */
export function cutConnection(connection: object): void {
  const { connection: inner } = connection as {
    readonly connection?: { readonly stream?: { destroy(error: Error): unknown } }
  }
  // With an error amqplib hears of it, and ends its timers.
  inner?.stream?.destroy(new Error('RabbitMQ did not answer the end of the connection'))
}

/** Waits for a close to be answered or to fail, and no longer than its connection is there. */
export type UnlessGone = (closing: Promise<unknown>) => Promise<void>

/** Of a connection that is lost, amqplib answers no close that is under way: there is nothing left to wait for then. */
export function unlessGone(connection: Pick<AmqpConfirmConnection, 'on'>): UnlessGone {
  const gone = new Promise<void>((resolve) => connection.on('close', () => resolve()))
  return async (closing) => {
    await Promise.race([closing.catch(() => {}), gone])
  }
}
