// A consumer of a queue, and what a request leaves behind after its answer.
import { createService } from 'seaworthy'

/** Stands for the client of a broker: delivers each message once, and knows which are not acknowledged. */
class MemoryQueue<M> {
  readonly #waiting: M[] = []
  readonly #taken = new Set<M>()
  #deliver: ((message: M) => void) | undefined
  #acknowledgedCount = 0

  get acknowledgedCount(): number {
    return this.#acknowledgedCount
  }

  publish(message: M): void {
    this.#waiting.push(message)
    this.#deliverWaiting()
  }

  acknowledge(message: M): void {
    if (this.#taken.delete(message)) this.#acknowledgedCount++
  }

  subscribe(handle: (message: M) => Promise<unknown>): Subscription {
    this.#deliver = (message) => {
      this.#taken.add(message)
      handle(message).catch(() => this.#waiting.push(message))
    }
    this.#deliverWaiting()
    return {
      pause: () => {
        this.#deliver = undefined
      },
      giveBackUnacknowledged: () => {
        this.#waiting.push(...this.#taken)
        this.#taken.clear()
      },
      ping() {},
      close() {},
    }
  }

  #deliverWaiting(): void {
    if (this.#deliver !== undefined) for (const message of this.#waiting.splice(0)) this.#deliver(message)
  }
}

interface Subscription {
  readonly pause: () => void
  readonly giveBackUnacknowledged: () => void
  readonly ping: () => void
  readonly close: () => void
}

/** Stands for work that goes on after an answer. */
async function sendReceipt({ signal }: { readonly signal: AbortSignal }): Promise<void> {
  await fetch('data:text/plain,receipt', { signal })
}

const service = createService({
  name: 'shop',
  admin: { port: 0 },
  shutdown: { drainDelay: 0 }, // nobody balances here
})
const queue = new MemoryQueue<{ to: string }>()

// #region consumer
service.consumer('mail', {
  start: ({ work, log }) =>
    queue.subscribe((message) =>
      work.run('mail', async ({ signal }) => {
        await fetch('data:text/plain,sent', { signal }) // stands for what sends the mail
        queue.acknowledge(message)
        log.info('mail sent')
      }),
    ),
  pause: (subscription) => subscription.pause(),
  giveBack: (subscription) => subscription.giveBackUnacknowledged(),
  check: (subscription) => subscription.ping(),
  stop: (subscription) => subscription.close(),
})
// #endregion consumer

// #region background
const web = service.listener('web', {
  start: () => (_request, response) => {
    service
      .background('send receipt', ({ signal }) => sendReceipt({ signal }))
      .catch((error: unknown) => service.log.error({ err: error }, 'the receipt was not sent'))
    response.end('thank you')
  },
})
// #endregion background

await service.start()
queue.publish({ to: 'a customer' })
await fetch(service.address(web)?.url ?? '')
const report = await service.stop()
const figures = JSON.stringify(report.figures)
if (!report.clean || queue.acknowledgedCount !== 1) throw new Error(`not clean: ${figures}`)
