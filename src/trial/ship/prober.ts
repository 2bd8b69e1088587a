import type { Cancel, Clock } from '../../core/clock.ts'
import { RawConnection } from '../../load/raw-client.ts'
import type { Facts, ProbeFact } from '../facts.ts'
import type { ProbeName } from '../history/event.ts'
import type { History } from '../history/history.ts'

/** What {@link startProber} is told. */
export interface ProberOptions {
  readonly history: History
  readonly clock: Clock
  readonly facts: Facts
  /** Where the service listens in this lifetime. */
  readonly host: string
  readonly port: number
  readonly everyMs: number
  /** Those that the service doesn't have are left out. @default all that it has */
  readonly probes?: readonly ProbeName[]
  /** Aborted when the whole trial is given up. */
  readonly signal: AbortSignal
}

const PROBE_NAMES: readonly ProbeName[] = ['ready', 'live', 'startup']

/** Of one probe at a time: when a service hangs, more are not sent, and so many show that it does. */
const MAX_OUTSTANDING = 20

/** As much of an answer as is written down. */
const KEEP_BODY_BYTES = 512

/** What a kubelet sends with a probe of HTTP. */
const HEADERS = { 'User-Agent': 'kube-probe/1.34', Accept: '*/*', Connection: 'close' }

/**
 * Asks probes on a beat, each on a fresh connection with the time limit of the probe, as a kubelet does: over HTTP/1.1, also
 * where the service speaks HTTP/2 only, and gets no answer then. No wire delay: a kubelet is on the same machine. @returns ends it; resolves when every probe that was sent is settled
 */
export function startProber(options: ProberOptions): () => Promise<void> {
  const probers = (options.probes ?? PROBE_NAMES).flatMap((name) => {
    const fact = options.facts.probes[name]
    return fact === undefined ? [] : [new Prober(options, name, fact)]
  })
  const end = async (): Promise<void> => {
    options.signal.removeEventListener('abort', giveUp)
    await Promise.all(probers.map((prober) => prober.end()))
  }
  const giveUp = (): void => {
    for (const prober of probers) prober.giveUp()
  }
  if (options.signal.aborted) return end
  options.signal.addEventListener('abort', giveUp, { once: true })
  for (const prober of probers) prober.start()
  return end
}

class Prober {
  readonly #options: ProberOptions
  readonly #name: ProbeName
  readonly #fact: ProbeFact
  readonly #outstanding = new Map<Promise<void>, RawConnection>()
  #nextAt = 0
  #isEnded = false
  #cancel: Cancel = () => {}

  constructor(options: ProberOptions, name: ProbeName, fact: ProbeFact) {
    this.#options = options
    this.#name = name
    this.#fact = fact
  }

  start(): void {
    this.#nextAt = this.#options.clock.now()
    this.#beat()
  }

  async end(): Promise<void> {
    this.#isEnded = true
    this.#cancel()
    await Promise.all(this.#outstanding.keys())
  }

  /** Ends at once; probes that wait are closed and not written down. */
  giveUp(): void {
    this.#isEnded = true
    this.#cancel()
    for (const connection of this.#outstanding.values()) connection.close()
  }

  #beat(): void {
    const { clock, everyMs } = this.#options
    if (this.#isEnded) return
    if (this.#outstanding.size < MAX_OUTSTANDING) this.#ask()
    // Beats that were missed are left out: a burst of probes says nothing that one does not.
    this.#nextAt = Math.max(this.#nextAt + everyMs, clock.now())
    this.#cancel = clock.schedule(Math.max(0, this.#nextAt - clock.now()), () => this.#beat())
  }

  #ask(): void {
    const { clock, history, facts, host } = this.#options
    const { path, timeoutMs } = this.#fact
    const port = this.#fact.port === facts.port.value ? this.#options.port : this.#fact.port
    const startedAt = history.now()
    const connection = new RawConnection({
      clock,
      host,
      port,
      keepBodyBytes: KEEP_BODY_BYTES,
      ...(facts.protocol.tls ? { tls: { rejectUnauthorized: false } } : {}),
    })
    const settled = connection.request({ path, headers: HEADERS, timeoutMs }).then(({ outcome, status, body }) => {
      this.#outstanding.delete(settled)
      connection.close()
      if (this.#isEnded && this.#options.signal.aborted) return
      history.add({
        kind: 'probe',
        probe: this.#name,
        startedAt,
        path,
        port,
        isSuccess: outcome === 'answered' && status !== undefined && status >= 200 && status < 400,
        ...(status === undefined ? {} : { status }),
        ...(body === undefined || body.length === 0 ? {} : { body: body.toString('utf8') }),
      })
    })
    this.#outstanding.set(settled, connection)
  }
}
