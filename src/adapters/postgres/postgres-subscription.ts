import type { PostgresClient, PostgresNotification } from './pg-client.ts'

interface SubscriptionPlan {
  readonly channels: readonly string[]
  readonly onLost: (why: unknown) => void
  readonly onNotification: (notification: PostgresNotification) => void
  readonly onListening: () => void
}

/** One connection that listens, from its opening to its loss or its end. */
export class PostgresSubscription {
  readonly #client: PostgresClient

  private constructor(client: PostgresClient) {
    this.#client = client
  }

  static async open(client: PostgresClient, plan: SubscriptionPlan): Promise<PostgresSubscription> {
    let why: unknown
    // An `error` without a listener would be an uncaught exception.
    client.on('error', plan.onLost)
    client.on('notification', plan.onNotification)
    await client.connect()
    // Not before: of a dial that fails, the end may be heard before the reason.
    client.on('end', () => plan.onLost(why ?? new Error('the connection was closed')))
    try {
      for (const channel of plan.channels) await client.query(`LISTEN ${quote(channel)}`)
    } catch (error) {
      why = error
      await client.end().catch(() => {})
      throw error
    }
    plan.onListening()
    return new PostgresSubscription(client)
  }

  /** Listens no more. What was sent before the server has heard of it still arrives, before this resolves. */
  async unlisten(): Promise<void> {
    await this.#client.query('UNLISTEN *')
  }

  async ping(): Promise<void> {
    await this.#client.query('SELECT 1')
  }

  async close(): Promise<void> {
    await this.#client.end()
  }

  /** Ends it at once. */
  cut(): void {
    this.#client.connection?.stream?.destroy()
  }
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
