import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { LifecycleState } from '../core/lifecycle-state.ts'
import { tellServiceCreated } from '../core/service-created.ts'
import { HealthChecker } from '../health/health-checker.ts'
import type { HealthCheckDefinition } from '../health/health-check.ts'
import type { Logging } from '../logging/logging.ts'
import type { Started, StartUpPolicy } from '../recovery/start-up/start-up-options.ts'
import type { ShutdownBudget } from '../lifecycle/shutdown-budget.ts'
import type { ShutdownReport } from '../lifecycle/shutdown-report.ts'
import type { WorkContext } from '../lifecycle/work-ledger.ts'
import type { ServiceTelemetry } from '../telemetry/telemetry-options.ts'
import type { SheddingHandle } from '../server/shedding/shedding-options.ts'
import type { ComponentHost } from './component-host.ts'
import { checkNew, type ComponentNode } from './component-node.ts'
import type { Bound, Handle, ListenerDefinition, Needs, ResourceDefinition, TaskDefinition } from './component.ts'
import { ConfiguredService, requireCore } from './configured-service.ts'
import type { ConsumerDefinition } from './consumer.ts'
import { toConsumerNode } from './consumer-node.ts'
import { readDefinition, readStartDefinition } from './definition-reader.ts'
import { lateLog } from './late-failures.ts'
import { checkAddress } from './listener-address.ts'
import { toListenerNode } from './listener-node.ts'
import { toResourceNode } from './resource-node.ts'
import { requireNode } from '../core/required-node.ts'
import { runService } from './run-service.ts'
import { ServiceLife } from './service-life.ts'
import { resolveServiceOptions, type ResolvedServiceOptions, type ServiceOptions } from './service-options.ts'
import { ServiceShedding } from './service-shedding.ts'
import { TaskNodes } from './task-node.ts'

/**
 * Declares a service: configuration, resources, listeners, consumers and tasks, and what they need. Nothing happens until
 * {@link Service.run} or {@link Service.start}.
 *
 * @example
 * ```ts
 * const service = createService({ name: 'hello' })
 * service.listener('web', { port: 8080, start: () => (request, response) => response.end('hello') })
 * await service.run()
 * ```
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem of the options
 */
export function createService<S extends StandardSchemaV1>(
  options: ServiceOptions<S>,
): Service<StandardSchemaV1.InferOutput<S>> {
  requireNode(process.versions.node)
  return new Service(resolveServiceOptions(options), tellServiceCreated())
}

/**
 * A service and its life: `created → starting → ready → draining → stopping → stopped`, or `failed`.
 *
 * What holds: components start after what they need and stop before it, independent ones in parallel; a start that
 * fails is rolled back; the service is ready only once every listener is bound and every check has run; a shutdown
 * takes its phases in a fixed order, within one budget, and runs once, however often it is asked for; telemetry is
 * delivered last, in a slice that nothing can take away.
 */
export class Service<Config = unknown> extends ConfiguredService<Config> {
  /** Checks of the service: each resource's `check` is here, and you may register more before the start. */
  readonly health: HealthChecker
  /** Load shedding, whose limits can be changed while the service runs. */
  readonly shedding: SheddingHandle
  readonly #options: ResolvedServiceOptions
  readonly #nodes: Map<string, ComponentNode>
  readonly #life: ServiceLife
  readonly #host: ComponentHost<Config>
  readonly #tasks: TaskNodes<Config>

  /** @internal Use {@link createService}. */
  constructor(options: ResolvedServiceOptions, startAfter?: Promise<unknown>) {
    const health = new HealthChecker({ ...options.health, clock: options.clock })
    const nodes = new Map<string, ComponentNode>()
    const life = new ServiceLife(options, nodes, health)
    super(options.name, life)
    this.#options = options
    this.health = health
    this.#nodes = nodes
    this.#life = life
    this.#life.startAfter = startAfter
    const shedding = new ServiceShedding(options.shedding)
    this.shedding = shedding
    this.#host = {
      clock: options.clock,
      health: this.health,
      probes: this.#life.probes,
      config: () => this.config,
      live: this.#life.live,
      shedding,
      logFor: (component) => this.log.child({ component }),
      lateLogFor: (component) => lateLog(() => this.#life.core?.logging.log.child({ component })),
      state: () => this.state,
      drainDelayMs: () => this.#life.drainDelayMs,
      valueOf: (component) => this.#nodes.get(component)?.value(),
      fatal: (component, error) => {
        this.log.error({ err: error, component }, `"${component}" failed`)
        void this.#life.stop({ kind: 'fatal', component, error })
      },
    }
    this.#tasks = new TaskNodes(this.#host)
  }

  get state(): LifecycleState {
    return this.#life.state
  }

  /**
   * The service's logger, a pino logger.
   *
   * @throws {@link SeaworthyError} `SEA_SERVICE_NOT_STARTED` before the start has read the configuration
   */
  get log(): Logging['log'] {
    return requireCore(this.name, this.#life, 'log').logging.log
  }

  /**
   * The levels of the log and of the components' loggers: what holds now, and one that is set for a while.
   *
   * @example
   * ```ts
   * service.logLevels.setLevel('debug', { logger: 'db', ttl: '10m' })
   * ```
   * @throws {@link SeaworthyError} `SEA_SERVICE_NOT_STARTED` before the start has read the configuration
   */
  get logLevels(): Pick<Logging, 'setLevel' | 'clearLevel' | 'levels'> {
    return requireCore(this.name, this.#life, 'logLevels').logging
  }

  /**
   * The telemetry of the service: where everything went, and the sampling plan, which can be changed while it runs.
   * `undefined` with `telemetry: false`.
   *
   * @example
   * ```ts
   * service.telemetry?.sampling.swap({ default: { probability: 1 } }) // everything, for the time of an incident
   * ```
   * @throws {@link SeaworthyError} `SEA_SERVICE_NOT_STARTED` before the start has read the configuration
   */
  get telemetry(): ServiceTelemetry | undefined {
    return requireCore(this.name, this.#life, 'telemetry').telemetry
  }

  /** The slices of the shutdown, once the start has worked them out. */
  get budget(): ShutdownBudget | undefined {
    return this.#life.core?.budget
  }

  /** Adds a dependency that the service owns. */
  resource<T, N extends Needs = Record<never, never>, P extends StartUpPolicy = 'required'>(
    name: string,
    definition: ResourceDefinition<Config, T, N, P>,
  ): Handle<Started<T, P>> {
    const limits = readStartDefinition('resource', name, definition, {
      required: ['start'],
      optional: ['check', 'critical', 'stop'],
    })
    return this.#add(toResourceNode(this.#host, name, definition, limits))
  }

  /** Adds something that answers requests. */
  listener<N extends Needs = Record<never, never>>(
    name: string,
    definition: ListenerDefinition<Config, N>,
  ): Handle<Bound> {
    const limits = readDefinition('listener', name, definition, {
      required: ['start'],
      optional: ['port', 'host', 'probes', 'adopt', 'tls'],
      excludes: { adopt: ['port', 'host', 'tls'] },
      check: checkAddress,
    })
    return this.#add(toListenerNode(this.#host, name, definition, limits))
  }

  /**
   * Adds work that runs beside the requests. A run that fails is restarted, up to three times in a minute; then the
   * service ends with 70, as its definition may say otherwise.
   */
  task<N extends Needs = Record<never, never>>(name: string, definition: TaskDefinition<Config, N>): Handle<void> {
    return this.#add(this.#tasks.toNode(name, definition))
  }

  /**
   * Adds what takes work from elsewhere: paused as soon as a shutdown is announced, its jobs waited for.
   *
   * @example
   * ```ts
   * service.consumer('mail', {
   *   start: ({ work }) => queue.subscribe((job) => work.run('mail', () => send(job))),
   *   pause: (subscription) => subscription.pause(),
   *   stop: (subscription) => subscription.close(),
   * })
   * ```
   */
  consumer<T, N extends Needs = Record<never, never>, P extends StartUpPolicy = 'required'>(
    name: string,
    definition: ConsumerDefinition<Config, T, N, P>,
  ): Handle<Started<T, P>> {
    const limits = readStartDefinition('consumer', name, definition, {
      required: ['start', 'pause'],
      optional: ['giveBack', 'check', 'critical', 'stop'],
    })
    return this.#add(toConsumerNode(this.#host, name, definition, limits))
  }

  /**
   * Runs `work` in the background: a shutdown waits for its promise as it waits for a request, before any resource
   * stops. For what a handler leaves behind after its answer.
   *
   * It may be called at any time, also by a request in flight while the service drains: before its answer ends, because
   * then it is over. The promise is that of `work`:
   * handle its rejection, because an unhandled one ends the service as any other does. Not for endless work, which is a
   * {@link task}: what does not end within the in-flight slice is abandoned, named in the report, and the exit code is 1.
   *
   * @param name what reports call it, such as `send receipt`; nothing of a customer in it
   * @param work its `signal` is aborted at the soft deadline (80 % of the in-flight slice): end what can be ended
   * @throws {@link SeaworthyError} `SEA_WORK_REFUSED`, by rejection, once the service no longer waits: resources are
   * about to stop, and the work was not begun
   */
  background<T>(name: string, work: (context: WorkContext) => T | Promise<T>): Promise<T> {
    return this.#life.background.run(name, work)
  }

  /**
   * Adds a check of something that is no resource. A group of the option `health.groups` can be among its groups.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, also for a group that was not declared, or
   * `SEA_HEALTH_DUPLICATE`
   */
  check<const Own extends string = never>(definition: HealthCheckDefinition<Own>): this {
    // Which groups there are is known at run time only: the checker refuses what was not declared.
    this.health.register(definition as HealthCheckDefinition)
    return this
  }

  /** Where a listener is bound. */
  address(listener: Handle<Bound>): Bound | undefined {
    return this.#nodes.get(listener.name)?.value() as Bound | undefined
  }

  /** Where the probes are answered, once the service has started. */
  get adminAddress(): Bound | undefined {
    return this.#life.core?.admin?.bound
  }

  /**
   * Starts everything and returns when the service is ready. Installs no signal handler and never ends the process.
   * Safe to call again: every call waits for the same start.
   *
   * @throws {@link SeaworthyError} `SEA_SERVICE_REFUSED`, `SEA_CONFIG_INVALID`, `SEA_ENV_INVALID` or
   * `SEA_BUDGET_EXCEEDS_GRACE` before anything has started; `SEA_START_FAILED` or `SEA_START_TIMED_OUT` after what had
   * started was stopped again; `SEA_START_INTERRUPTED` when {@link Service.stop} was called meanwhile
   */
  start(): Promise<void> {
    return this.#life.start()
  }

  /**
   * Shuts down, through all phases. Safe to call any number of times, at any moment: every call gets the report of the
   * same shutdown. Never rejects.
   */
  stop(): Promise<ShutdownReport> {
    return this.#life.stop({ kind: 'requested' })
  }

  /**
   * The whole life of a process: start, wait for a signal (or for a failure), shut down, report, exit. The one call
   * that listens to signals and ends the process; it does because that is what it is for.
   *
   * @returns the exit code, if `exit` was replaced by something that returns
   * @throws {@link SeaworthyError} `SEA_SERVICE_UNSUPPORTED_PROCESS` in a worker thread or a worker of `node:cluster`
   */
  run(): Promise<number> {
    return runService(this.#life, this.#options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #add<T>(node: ComponentNode): Handle<T> {
    checkNew(node, this.#nodes, this.state)
    node.declared?.()
    this.#nodes.set(node.name, node)
    return { name: node.name, kind: node.kind }
  }
}
