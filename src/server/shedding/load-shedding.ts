import type { Clock } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import type { Log } from '../../core/log.ts'
import type { HealthCheckDefinition, HealthCheckResult } from '../../health/health-check.ts'
import { describePressure, pressureFields } from './describe-pressure.ts'
import { ListenerGuard, type Sample } from './listener-guard.ts'
import { LoadMonitor } from './load-monitor.ts'
import { type MemoryUse, processMemory } from './memory-use.ts'
import type { Pressure } from './pressure.ts'
import { SheddingMetrics } from './shedding-metrics.ts'
import type { SheddingSettings } from './shedding-settings.ts'

/** Whose listeners they are. */
export interface SheddingHost {
  readonly clock: Clock
  logFor(listener: string): Log
  /** Takes a check that is degraded while requests are refused. @default none */
  readonly health?: { register(check: HealthCheckDefinition): unknown; deregister(name: string): boolean }
  /** How that is called. @default "shedding" */
  readonly check?: string
}

/** What a test puts in the place of what is around it. */
export interface SheddingSurroundings {
  readonly memory?: MemoryUse
  readonly random?: () => number
}

/**
 * Refuses requests of the listeners of a service so that the others can be answered. Measures while one of them has a
 * server, and then leaves nothing behind.
 */
export class LoadShedding {
  readonly #host: SheddingHost
  readonly #check: string
  readonly #random: () => number
  readonly #guards = new Map<string, ListenerGuard>()
  readonly #monitor: LoadMonitor
  #metrics: SheddingMetrics | undefined
  /** The check, while there is one. */
  #watched: { readonly critical: boolean } | undefined

  constructor(host: SheddingHost, { memory = processMemory, random = Math.random }: SheddingSurroundings = {}) {
    this.#host = host
    this.#check = host.check ?? 'shedding'
    this.#random = random
    this.#monitor = new LoadMonitor(host.clock, memory, (sample) => this.#take(sample))
  }

  /** What stands before the servers of a listener, from now on with these settings. */
  guard(name: string, settings: SheddingSettings): ListenerGuard {
    const known = this.#guards.get(name)
    if (known !== undefined) {
      known.configure(settings)
      this.#measure()
      return known
    }
    const guard: ListenerGuard = new ListenerGuard(name, settings, {
      clock: this.#host.clock,
      random: this.#random,
      onServers: () => this.#measure(),
      observer: {
        began: (pressure) => this.#began(guard, pressure),
        ended: (pressure) => this.#ended(guard, pressure),
      },
    })
    this.#guards.set(name, guard)
    return guard
  }

  /** Measures what limits are about, as long as there is a server. */
  #measure(): void {
    const used = this.#used()
    for (const guard of this.#guards.values()) if (!guard.isUsed) guard.rest()
    if (used.length === 0) {
      this.#stop()
      return
    }
    this.#metrics ??= new SheddingMetrics(() => this.#guards.values())
    this.#watch(used)
    const limits = used.map(({ settings }) => settings.limits)
    this.#monitor.run({
      leastDelayMs: Math.min(...limits.map(({ maxEventLoopDelayMs }) => maxEventLoopDelayMs)),
      memory: limits.some(
        ({ maxMemoryPercent, maxMemoryBytes, maxHeapPercent }) =>
          Math.min(maxMemoryPercent, maxMemoryBytes, maxHeapPercent) < Infinity,
      ),
    })
  }

  #used(): readonly ListenerGuard[] {
    return [...this.#guards.values()].filter(({ isUsed }) => isUsed)
  }

  #stop(): void {
    this.#monitor.stop()
    this.#metrics?.stop()
    this.#metrics = undefined
    if (this.#watched !== undefined) this.#host.health?.deregister(this.#check)
    this.#watched = undefined
  }

  #take(sample: Sample): void {
    for (const guard of this.#used()) guard.take(sample)
    this.#metrics?.tell()
  }

  #watch(used: readonly ListenerGuard[]): void {
    const { health } = this.#host
    if (health === undefined) return
    // Listeners start one after the other, and the last of them may be the first that readiness depends on.
    const critical = used.some(({ settings }) => settings.affectsReadiness)
    if (this.#watched?.critical === critical) return
    if (this.#watched !== undefined) health.deregister(this.#check)
    health.register({
      name: this.#check,
      critical,
      // It is from memory, and says itself how long something lasts.
      interval: 1000,
      fall: 1,
      rise: 1,
      check: () => this.#look(),
    })
    this.#watched = { critical }
  }

  #look(): HealthCheckResult | undefined {
    const troubles: string[] = []
    let affectsReadiness = false
    for (const guard of this.#used()) {
      const shedding = guard.pressures.filter(({ isShedding }) => isShedding)
      if (shedding.length === 0) continue
      affectsReadiness ||= guard.settings.affectsReadiness
      troubles.push(`"${guard.name}" refuses requests: ${shedding.map(describePressure).join('; ')}`)
    }
    if (troubles.length === 0) return undefined
    return { status: affectsReadiness ? 'unhealthy' : 'degraded', message: troubles.join('; ') }
  }

  #began(guard: ListenerGuard, pressure: Pressure): void {
    this.#metrics?.turned(guard, pressure)
    const fields = { event: 'shedding.began', listener: guard.name, ...pressureFields(pressure) }
    this.#log(guard.name, 'warn', fields, `"${guard.name}" refuses requests: ${describePressure(pressure)}`)
  }

  #ended(guard: ListenerGuard, pressure: Pressure): void {
    this.#metrics?.turned(guard, pressure)
    const lastedMs = Math.round(this.#host.clock.now() - pressure.since)
    const refused = pressure.refused - pressure.refusedBefore
    const { name } = guard
    const fields = { event: 'shedding.ended', listener: name, ...pressureFields(pressure), refused, lastedMs }
    const message = `"${name}" refuses nothing any more: ${refused} requests in ${formatDuration(lastedMs)} were refused`
    this.#log(name, 'info', fields, message)
  }

  /** Nothing that is told of a refusal can prevent an answer. */
  #log(listener: string, level: 'info' | 'warn', fields: object, message: string): void {
    try {
      this.#host.logFor(listener)[level](fields, message)
    } catch {}
  }
}
