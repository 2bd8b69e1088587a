import type { Clock } from '../../core/clock.ts'
import { sleep } from '../../core/wait.ts'
import type { History } from '../history/history.ts'
import type { ListeningEvent } from '../history/process-events.ts'
import { canConnect } from './can-connect.ts'
import { type Door, findSpeech, type Speech } from './ask.ts'

const IPV4 = '127.0.0.1'
const IPV6 = '::1'

/** The ports that a service has opened, and how each is spoken to. What was found once is not looked for again. */
export class Doors {
  readonly #history: History
  readonly #clock: Clock
  readonly #host: string | undefined
  readonly #reached = new Map<number, string>()
  readonly #speeches = new Map<number, readonly Speech[]>()

  /** @param host where the service is reached, when somebody said so */
  constructor(history: History, clock: Clock, host?: string) {
    this.#history = history
    this.#clock = clock
    this.#host = host
  }

  /** What listens at this moment, the first one first, each port once. */
  get listeners(): readonly ListeningEvent[] {
    const open = new Map<number, ListeningEvent>()
    for (const event of this.#history.soFar('listening')) {
      if (event.what === 'closed') open.delete(event.port)
      else if (!open.has(event.port)) open.set(event.port, event)
    }
    return [...open.values()]
  }

  /** Those that speak HTTP in one of its forms; looks at ports that have come since. */
  async all(): Promise<readonly Door[]> {
    const doors: Door[] = []
    for (const { port, host } of this.listeners) {
      const reached = await this.#reachedAt(host, port)
      if (this.#speeches.get(port)?.[0] === undefined)
        this.#speeches.set(port, await findSpeech(this.#clock, reached, port))
      const [speech] = this.#speeches.get(port) ?? []
      if (speech !== undefined) doors.push({ host: reached, port, speech })
    }
    return doors
  }

  /** One that listens on all addresses is reached by a local one; on those of IPv6 alone, by none of IPv4. */
  async #reachedAt(listening: string, port: number): Promise<string> {
    if (this.#host !== undefined) return this.#host
    const own = listening.replace(/^::ffff:(?=[\d.]+$)/i, '')
    if (own === '0.0.0.0') return IPV4
    if (own !== '::') return own
    const known = this.#reached.get(port)
    if (known !== undefined) return known
    const reached = (await canConnect(this.#clock, { host: IPV4, port })) ? IPV4 : IPV6
    this.#reached.set(port, reached)
    return reached
  }

  speeches(port: number): readonly Speech[] {
    return this.#speeches.get(port) ?? []
  }

  /** Waits until something listens. @returns whether it came */
  async whenOpen(timeoutMs: number, isRunning: () => boolean, signal: AbortSignal): Promise<boolean> {
    const until = this.#clock.now() + timeoutMs
    while (this.listeners.length === 0) {
      if (signal.aborted || !isRunning() || this.#clock.now() >= until) return this.listeners.length > 0
      await sleep(this.#clock, 10, { signal })
    }
    return true
  }
}
