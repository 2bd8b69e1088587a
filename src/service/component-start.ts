import type { EventualStart } from '../recovery/start-up/eventual-start.ts'
import type { StartAttempts } from '../recovery/start-up/start-attempts.ts'
import type { StartUpPlan } from '../recovery/start-up/start-up-options.ts'
import type { StartContext } from '../lifecycle/start-in-order.ts'
import type { HealthCheckDefinition } from '../health/health-check.ts'
import type { ComponentHost } from './component-host.ts'

/** What the definition of a component says of its check. */
export interface Checked<T> {
  readonly check?: (value: T, context: { readonly signal: AbortSignal }) => unknown
  readonly critical?: boolean
}

/**
 * How a component with a value comes up: at once; after further attempts, where what it depends on is not there yet; or
 * later, where the service does not wait for it. When it is up, its check is one of the service's.
 */
export class ComponentStart<T> {
  readonly #host: ComponentHost<unknown>
  readonly #name: string
  readonly #checked: Checked<T>
  readonly #plan: StartUpPlan
  #value: T | undefined
  #attempts: StartAttempts<T> | undefined
  #eventual: EventualStart<T> | undefined

  constructor(host: ComponentHost<unknown>, name: string, checked: Checked<T>, plan: StartUpPlan) {
    this.#host = host
    this.#name = name
    this.#checked = checked
    this.#plan = plan
  }

  /** What others get for it. */
  get shown(): unknown {
    return this.#eventual === undefined ? this.#value : this.#eventual.eventual
  }

  /** The value itself, once {@link isUp}. */
  get value(): T {
    return (this.#eventual === undefined ? this.#value : this.#eventual.value) as T
  }

  /** Whether there is a value; asked of what has started, as far as others are concerned. */
  get isUp(): boolean {
    return this.#eventual === undefined || this.#eventual.isUp
  }

  /** What the attempts have come to, for a message. */
  describe(): string | undefined {
    return this.#attempts?.describe()
  }

  async start({ signal, limitMs }: StartContext, open: (signal: AbortSignal) => T | Promise<T>): Promise<void> {
    const { policy, retries, attemptLimitMs } = this.#plan
    const beganAt = this.#host.clock.now()
    if (policy === 'degraded') return await this.#startEventually(signal, limitMs, { open, beganAt })
    if (attemptLimitMs !== undefined) return await this.#tryAgain({ signal, limitMs }, { open, beganAt })
    try {
      this.#take(await open(signal))
    } catch (error) {
      if (signal.aborted || !retries) throw error
      const leftMs = limitMs - (this.#host.clock.now() - beganAt)
      await this.#tryAgain({ signal, limitMs: leftMs, after: { error } }, { open, beganAt })
    }
  }

  /** It is not waited for any more. */
  close(): void {
    this.#eventual?.close()
  }

  /** Takes its check out. @returns what has to be waited for: an attempt that is still under way */
  end(): Promise<void> | undefined {
    this.#host.health.deregister(this.#name)
    if (this.#eventual === undefined) return undefined
    this.close()
    return this.#eventual.whenEnded()
  }

  // What follows is loaded by those who need it: most components come up at the first attempt.

  async #tryAgain(
    run: Parameters<StartAttempts<T>['run']>[0],
    how: { readonly open: (signal: AbortSignal) => T | Promise<T>; readonly beganAt: number },
  ): Promise<void> {
    const { toAttempts } = await import('./start-up-wait.ts')
    this.#attempts = toAttempts({ host: this.#host, name: this.#name, plan: this.#plan, ...how }).attempts
    this.#take(await this.#attempts.run(run))
  }

  async #startEventually(
    signal: AbortSignal,
    limitMs: number,
    how: { readonly open: (signal: AbortSignal) => T | Promise<T>; readonly beganAt: number },
  ): Promise<void> {
    const { toEventual } = await import('./start-up-wait.ts')
    const onCame = (value: T): void => this.#registerCheck(value)
    this.#eventual = toEventual({ host: this.#host, name: this.#name, plan: this.#plan, onCame, ...how })
    // What is left of the time of the whole start is also for those that need it.
    await this.#eventual.begin(signal, Math.min(this.#plan.patienceMs, limitMs / 2))
  }

  #take(value: T): void {
    this.#value = value
    this.#registerCheck(value)
  }

  /** Makes the check of a component one of the service's: it decides on readiness. */
  #registerCheck(value: T): void {
    const { check, critical = this.#plan.policy === 'required' } = this.#checked
    const { health } = this.#host
    const name = this.#name
    // Whoever waits for it has a check of this name until then; otherwise a name that is taken is a mistake.
    const isWaitedFor = this.#attempts !== undefined || this.#eventual !== undefined
    if (check === undefined) return void (isWaitedFor && health.deregister(name))
    const own: HealthCheckDefinition = { name, critical, groups: ['ready'], check: (context) => check(value, context) }
    if (isWaitedFor) health.replace(own)
    else health.register(own)
  }
}
