import type { Clock } from '../../core/clock.ts'
import { RawConnection } from '../../load/raw-client.ts'
import type { Facts } from '../facts.ts'
import type { ProbeName } from '../history/event.ts'
import type { History } from '../history/history.ts'
import { type Berth, portAt } from './berths.ts'

export interface KubeletProbeOptions {
  readonly name: ProbeName
  readonly pod: string
  readonly berth: Berth
  readonly facts: Facts
  readonly history: History
  readonly clock: Clock
}

/** What a kubelet sends with a probe of HTTP. */
const HEADERS = { 'User-Agent': 'kube-probe/1.34', Accept: '*/*', Connection: 'close' }
const KEEP_BODY_BYTES = 512
const CONNECT_TIMEOUT_MS = 1000

/**
 * Asks a probe of a replica once, on a connection of its own, and writes it down. A replica without a known probe is asked
 * whether it takes connections. Never rejects.
 */
export async function askAsKubelet(options: KubeletProbeOptions): Promise<boolean> {
  const { name, pod, berth, facts, history, clock } = options
  const fact = facts.probes[name]
  const port = fact === undefined ? berth.port : portAt(berth, fact.port, facts)
  const startedAt = history.now()
  const connection = new RawConnection({
    clock,
    host: berth.host,
    port,
    keepBodyBytes: KEEP_BODY_BYTES,
    ...(facts.protocol.tls ? { tls: { rejectUnauthorized: false } } : {}),
  })
  const asked = { kind: 'probe', probe: name, startedAt, port, pod } as const
  if (fact === undefined) {
    const cancel = clock.schedule(CONNECT_TIMEOUT_MS, () => connection.close(), { keepAlive: false })
    const isSuccess = await connection.connect()
    cancel()
    connection.close()
    history.add({ ...asked, path: '', isSuccess })
    return isSuccess
  }
  const { path, timeoutMs } = fact
  const { outcome, status, body } = await connection.request({ path, headers: HEADERS, timeoutMs })
  connection.close()
  const isSuccess = outcome === 'answered' && status !== undefined && status >= 200 && status < 400
  history.add({
    ...asked,
    path,
    isSuccess,
    ...(status === undefined ? {} : { status }),
    ...(body === undefined || body.length === 0 ? {} : { body: body.toString('utf8') }),
  })
  return isSuccess
}
