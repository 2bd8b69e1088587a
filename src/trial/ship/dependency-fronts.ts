import type { Clock } from '../../core/clock.ts'
import { FaultProxy } from '../../load/fault-proxy.ts'
import type { DependencyFact } from '../facts.ts'
import { frontSettings } from '../history/fronts.ts'
import type { History } from '../history/history.ts'
import type { DependencyFault } from './ship.ts'

export interface DependencyFrontsOptions {
  readonly dependencies: readonly DependencyFact[]
  readonly history: History
  readonly clock: Clock
  /** How they are from the beginning, by name. */
  readonly faults: Readonly<Record<string, DependencyFault>>
}

/** A proxy in front of each dependency, which fails as it is told and writes down what it sees. */
export class DependencyFronts {
  /** What the service is told in place of the addresses, by variable. */
  readonly env: Readonly<Record<string, string>>
  readonly #proxies: ReadonlyMap<string, FaultProxy>
  readonly #history: History

  private constructor(proxies: ReadonlyMap<string, FaultProxy>, env: Record<string, string>, history: History) {
    this.#proxies = proxies
    this.env = env
    this.#history = history
  }

  static async start({ dependencies, history, clock, faults }: DependencyFrontsOptions): Promise<DependencyFronts> {
    const proxies = new Map<string, FaultProxy>()
    const env: Record<string, string> = {}
    const fronts = new DependencyFronts(proxies, env, history)
    try {
      for (const { name, host, port, protocol, variable, portVariable, template } of dependencies) {
        const proxy = new FaultProxy({
          host: '127.0.0.1',
          target: { host, port },
          protocol,
          clock,
          onConnection: (seen) => history.add({ kind: 'dependency', dependency: name, ...seen }),
          onExchange: (seen) => history.add({ kind: 'downstream', dependency: name, ...seen }),
        })
        const front = await proxy.start()
        proxies.set(name, proxy)
        history.set(frontSettings({ dependency: name, ...front }))
        // Two dependencies in one variable are two places in one template.
        env[variable] = (env[variable] ?? template).replace('{host}', front.host).replace('{port}', String(front.port))
        if (portVariable !== undefined) env[portVariable] = String(front.port)
        const fault = faults[name]
        if (fault !== undefined) await fronts.setFault(name, fault)
      }
      return fronts
    } catch (error) {
      await fronts.stop()
      throw error
    }
  }

  /** From now on, and written down. `undefined` works. A name that nobody has is left alone. */
  async setFault(name: string, fault: DependencyFault | undefined): Promise<void> {
    const proxy = this.#proxies.get(name)
    if (proxy === undefined) return
    await proxy.setFault(fault)
    const detail = fault?.kind === 'slow' ? { detail: `+${fault.delayMs} ms` } : {}
    this.#history.add({ kind: 'fault', target: name, fault: fault?.kind ?? 'none', ...detail })
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.stop()))
  }
}
