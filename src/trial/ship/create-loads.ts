import { sleep } from '../../core/wait.ts'
import type { RequestEvent } from '../history/client-events.ts'
import type { LoadsOptions } from './loads-options.ts'
import type { Loads, RequestShape, RunningLoad } from './loads.ts'
import { sendAndGiveUp } from './loads/aborting.ts'
import type { ActiveLoad } from './loads/active-load.ts'
import { burn } from './loads/burn.ts'
import { drip } from './loads/drip.ts'
import { openEventStreams } from './loads/event-streams.ts'
import { sendOverHttp2 } from './loads/http2.ts'
import { keepIdle } from './loads/idle.ts'
import { sendOnKeptConnections } from './loads/keep-alive.ts'
import { LoadContext } from './loads/load-context.ts'
import { sendOnNewConnections } from './loads/new-connections.ts'
import { openClient } from './loads/open-client.ts'
import { prepareRequest } from './loads/prepare-request.ts'
import { sendEndlessHeaders } from './loads/slow-headers.ts'
import { readSlowly } from './loads/slow-readers.ts'
import { sendSlowRequests } from './loads/slow-requests.ts'
import { openWebSockets } from './loads/web-sockets.ts'

/** How long what is in flight may take to settle when everything ends. */
const STOP_ALL_MS = 2000

/** The loads of one lifetime. Everything that happens to them is written into its history. */
export function createLoads(options: LoadsOptions): Loads {
  return new ServiceLoads(options)
}

type Of<Name extends keyof Loads> = Loads[Name] extends (options: infer Options) => unknown ? Options : never

class ServiceLoads implements Loads {
  readonly #context: LoadContext
  readonly #signal: AbortSignal
  readonly #running = new Set<ActiveLoad>()
  readonly #onAbort = (): void => this.#abandon()

  constructor(options: LoadsOptions) {
    this.#context = new LoadContext(options)
    this.#signal = options.signal
    options.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  get wireDelayMs(): number {
    return this.#context.wireDelayMs
  }

  set wireDelayMs(delayMs: number) {
    this.#context.wireDelayMs = delayMs
  }

  newConnections(options: Of<'newConnections'>): RunningLoad {
    return this.#run(sendOnNewConnections(this.#context, options))
  }

  keepAlive(options: Of<'keepAlive'>): RunningLoad {
    return this.#run(sendOnKeptConnections(this.#context, options))
  }

  slow(options: Of<'slow'>): RunningLoad {
    return this.#run(sendSlowRequests(this.#context, options))
  }

  drip(options: Of<'drip'>): RunningLoad {
    return this.#run(drip(this.#context, options))
  }

  slowHeaders(options: Of<'slowHeaders'>): RunningLoad {
    return this.#run(sendEndlessHeaders(this.#context, options))
  }

  slowReaders(options: Of<'slowReaders'>): RunningLoad {
    return this.#run(readSlowly(this.#context, options))
  }

  burn(options: Of<'burn'>): RunningLoad {
    return this.#run(burn(this.#context, options))
  }

  http2(options: Of<'http2'>): RunningLoad {
    return this.#run(sendOverHttp2(this.#context, options))
  }

  webSockets(options: Of<'webSockets'>): RunningLoad {
    return this.#run(openWebSockets(this.#context, options))
  }

  eventStreams(options: Of<'eventStreams'>): RunningLoad {
    return this.#run(openEventStreams(this.#context, options))
  }

  aborting(options: Of<'aborting'>): RunningLoad {
    return this.#run(sendAndGiveUp(this.#context, options))
  }

  idle(options: Of<'idle'>): RunningLoad {
    return this.#run(keepIdle(this.#context, options))
  }

  async once(load: string, shape: RequestShape): Promise<RequestEvent> {
    const client = openClient(this.#context, load)
    const event = await client.send(prepareRequest(this.#context, load, shape), this.#context.clock.now())
    client.close()
    return event
  }

  async stopAll(): Promise<void> {
    const stopped = Promise.all([...this.#running].map((load) => load.stop()))
    const done = new AbortController()
    const limit = sleep(this.#context.clock, STOP_ALL_MS, { signal: done.signal })
    await Promise.race([stopped, limit])
    done.abort()
    this.#abandon()
    await stopped
    this.#running.clear()
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  #run<Load extends ActiveLoad>(load: Load): Load {
    this.#running.add(load)
    if (this.#signal.aborted) this.#abandon()
    return load
  }

  /** Nothing is waited for: what is open is closed, what is in flight is unsettled. */
  #abandon(): void {
    for (const load of this.#running) load.sendNoMore()
    for (const each of this.#context.open) each.abandon()
  }
}
