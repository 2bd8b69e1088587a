import type { Clock } from '../../core/clock.ts'
import { settleWithin } from '../../core/wait.ts'
import { classifyChanges, type ClassifyRules, type RestartChange } from './classify.ts'
import { type ConfigChange, diffConfig } from './config-diff.ts'
import type { ConfigStore } from './config-store.ts'
import { type ConfigSubscriber, type ConfigUpdate, toConfigUpdate } from './config-subscriber.ts'
import type { ConsistentRead, ConsistentReader } from './consistent-read.ts'
import type { ContentFingerprint } from './content-fingerprint.ts'
import { PostCheck, type PostCheckTimes, type ReloadCheck } from './post-check.ts'
import type { ReloadEvents, ReloadResult } from './reload-events.ts'
import type { ReloadOutcome } from './reload-metrics.ts'
import { showReason } from './reload-reason.ts'
import type { ReloadableConfig } from './reloadable-config.ts'
import { type ChangeFailure, TwoPhaseChange } from './two-phase-change.ts'

export interface ReloadCycleOptions<T> {
  readonly store: ConfigStore<T>
  readonly reader: ConsistentReader<T>
  readonly rules: ClassifyRules
  /** Watched besides those of the configuration: a change of one is a change. */
  readonly files: readonly string[]
  readonly mixedChange: 'apply-hot' | 'wait'
  readonly subscribers: () => readonly ConfigSubscriber<T>[]
  readonly checks: readonly ReloadCheck[]
  readonly checkTimes: PostCheckTimes
  readonly clock: Clock
  readonly loadLimitMs: number
  readonly subscriberLimitMs: number
  readonly events: ReloadEvents
  /** Told which content a decision was made on. */
  readonly onContent: (content: ContentFingerprint) => void
}

/** What can be put in force now. */
interface Applicable<T> {
  readonly loaded: ReloadableConfig<T>
  readonly changes: readonly ConfigChange[]
}

/** One reload from reading to the end of its trial. Whatever fails on the way, the last good configuration stays. */
export class ReloadCycle<T> {
  readonly #options: ReloadCycleOptions<T>
  /** What was read for what is in force. */
  #content: ContentFingerprint

  /** @param content what the files hold that the first configuration was read from */
  constructor(options: ReloadCycleOptions<T>, content: ContentFingerprint) {
    this.#options = options
    this.#content = content
  }

  /** Never rejects: what a load gives may break whoever looks at it, and is refused then. */
  async run(
    trigger: string,
    signal: AbortSignal,
    { isSettled }: { readonly isSettled: boolean },
  ): Promise<ReloadResult> {
    try {
      return await this.#run(trigger, signal, isSettled)
    } catch (error) {
      return this.#reject(trigger, error)
    }
  }

  async #run(trigger: string, signal: AbortSignal, isSettled: boolean): Promise<ReloadResult> {
    const { reader, onContent } = this.#options
    const read = await reader.read(signal, { isSettled })
    if (signal.aborted) return this.#result('stopped', trigger)
    if (read.content !== undefined) onContent(read.content)
    // First, as it explains whatever else is wrong then.
    const emptied = read.content?.blank.find((file) => !this.#content.blank.includes(file))
    if (emptied !== undefined) return this.#reject(trigger, emptiedReason(emptied))
    if (read.loaded === undefined) return this.#reject(trigger, read.error)

    const { loaded } = read
    let applicable: Applicable<T> | undefined
    try {
      applicable = await this.#findApplicable(loaded)
    } catch (error) {
      return this.#reject(trigger, error, [], loaded)
    }
    const files = this.#changedFiles(read)
    if (applicable === undefined && files.length === 0) return this.#acceptWithoutChange(trigger, read)
    return this.#apply(applicable ?? { loaded: this.#options.store.loaded, changes: [] }, files, trigger, signal, read)
  }

  /** Of those that are watched besides. */
  #changedFiles({ content }: ConsistentRead<T>): readonly string[] {
    const before = this.#content.byFile
    const now = content?.byFile
    return this.#options.files.filter((file) => now?.get(file) !== before?.get(file))
  }

  /** `undefined` when nothing can or need be changed now; what waits for a restart is noted. */
  async #findApplicable(loaded: ReloadableConfig<T>): Promise<Applicable<T> | undefined> {
    const { store, rules, mixedChange } = this.#options
    const before = store.latest.value
    const all = diffConfig(before, loaded.value)
    const { hot, restart } = classifyChanges(all, rules, before, loaded.value)
    if (restart.length === 0 || hot.length === 0) {
      this.#awaitRestart(restart)
      return hot.length === 0 ? undefined : { loaded, changes: hot }
    }
    const kept = mixedChange === 'wait' ? 'mixedChange is "wait"' : await this.#keep(loaded, restart)
    if (typeof kept === 'string') {
      const together = hot.map((change) => ({ ...change, because: 'changed together with what needs a restart' }))
      this.#awaitRestart([...restart, ...together], kept)
      return undefined
    }
    this.#awaitRestart(restart)
    const changes = diffConfig(before, kept.value)
    return changes.length === 0 ? undefined : { loaded: kept, changes }
  }

  /** The new configuration with all that needs a restart as it was, checked by the schema; or why there is none. */
  async #keep(loaded: ReloadableConfig<T>, restart: readonly RestartChange[]): Promise<ReloadableConfig<T> | string> {
    const { store, rules, clock, loadLimitMs } = this.#options
    const paths = restart.map(({ path }) => path)
    const settled = await settleWithin(clock, loadLimitMs, () => loaded.keep?.(paths, store.loaded))
    if (settled.outcome === 'failed') return showReason(settled.error, [store.loaded, loaded])
    if (settled.outcome !== 'done' || settled.value === undefined)
      return 'the two parts can not be told apart in the input'
    const before = store.latest.value
    const left = classifyChanges(diffConfig(before, settled.value.value), rules, before, settled.value.value)
    return left.restart.length === 0 ? settled.value : 'the schema makes one part of the other'
  }

  async #apply(
    { loaded, changes }: Applicable<T>,
    files: readonly string[],
    trigger: string,
    signal: AbortSignal,
    read: ConsistentRead<T>,
  ): Promise<ReloadResult> {
    const { store, subscribers, checks, checkTimes, clock, subscriberLimitMs: limitMs, events } = this.#options
    const next = store.prepare(loaded, trigger)
    const { generation } = next.snapshot
    const update = toConfigUpdate({
      previous: store.latest.value,
      next: next.snapshot.value,
      generation,
      trigger,
      changes,
      files,
    })
    const change = new TwoPhaseChange({ subscribers: subscribers(), update, clock, limitMs, signal })
    const known = [store.loaded, loaded]
    const takeBack = async (): Promise<void> => {
      for (const failure of await change.rollback()) {
        const reason = showReason(failure.error, known)
        events.trouble(
          'config.rollback_failed',
          { subscriber: failure.subscriber, reason },
          `"${failure.subscriber}" failed to take a change of the configuration back: ${reason}`,
        )
      }
    }

    const veto = await change.prepare()
    const postCheck = new PostCheck(checks, checkTimes, clock)
    if (veto === undefined) await postCheck.takeStock(signal)
    if (veto !== undefined || signal.aborted) {
      await takeBack()
      if (signal.aborted || veto === undefined) return this.#result('stopped', trigger)
      return this.#reject(trigger, describeFailure(veto, known), changes, loaded)
    }

    const undo = next.commit()
    const failed = await change.commit()
    const reason = failed === undefined ? await this.#try(postCheck, update, signal) : describeFailure(failed, known)
    if (reason === undefined) {
      this.#remember(read)
      return this.#end('applied', trigger, changes, undefined, files)
    }
    undo()
    await takeBack()
    const shown = showReason(reason, known)
    store.reject(shown, trigger)
    return this.#end('rolled_back', trigger, changes, shown)
  }

  /** It is in force meanwhile, and nobody shall wonder whether it is. */
  async #try(
    postCheck: PostCheck,
    { generation, trigger, changes }: ConfigUpdate<T>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { store, events, checks, checkTimes } = this.#options
    if (checks.length === 0 || checkTimes.windowMs === 0) return undefined
    store.beginTrial(checkTimes.windowMs)
    events.onTrial({ generation, trigger, changes: changes.map(({ name }) => name) }, checkTimes.windowMs)
    try {
      return await postCheck.watch(signal)
    } finally {
      store.endTrial()
    }
  }

  #acceptWithoutChange(trigger: string, read: ConsistentRead<T>): ReloadResult {
    const { store, events } = this.#options
    if (store.lastRejection !== undefined) events.restored(store.latest.generation, trigger)
    this.#remember(read)
    return this.#end(store.pendingRestart.length > 0 ? 'pending_restart' : 'unchanged', trigger)
  }

  #remember({ content }: ConsistentRead<T>): void {
    this.#options.store.accept()
    if (content !== undefined) this.#content = content
  }

  #awaitRestart(pending: readonly RestartChange[], reason?: string): void {
    const { store, events } = this.#options
    if (store.awaitRestart(pending)) events.pendingRestart(pending, reason)
  }

  #reject(
    trigger: string,
    error: unknown,
    changes: readonly ConfigChange[] = [],
    loaded: ReloadableConfig<T> = this.#options.store.loaded,
  ): ReloadResult {
    const { store } = this.#options
    const reason = showReason(error, [store.loaded, loaded])
    store.reject(reason, trigger)
    return this.#end('rejected', trigger, changes, reason)
  }

  #end(
    outcome: ReloadOutcome,
    trigger: string,
    changes: readonly ConfigChange[] = [],
    reason?: string,
    files: readonly string[] = [],
  ): ReloadResult {
    const result = this.#result(outcome, trigger, changes, reason, files)
    this.#options.events.ended(result)
    return result
  }

  #result(
    outcome: ReloadResult['outcome'],
    trigger: string,
    changes: readonly ConfigChange[] = [],
    reason?: string,
    files: readonly string[] = [],
  ): ReloadResult {
    const { store } = this.#options
    return Object.freeze({
      outcome,
      generation: store.latest.generation,
      trigger,
      ...(reason === undefined ? {} : { reason }),
      changes: changes.map(({ name }) => name),
      ...(files.length === 0 ? {} : { files }),
      pendingRestart: store.pendingRestart.map(({ name }) => name),
    })
  }
}

function describeFailure(
  { subscriber, step, error }: ChangeFailure,
  known: readonly ReloadableConfig<unknown>[],
): string {
  return `"${subscriber}" ${step === 'prepare' ? 'refused it' : `failed to ${step} it`}: ${showReason(error, known)}`
}

/** Most tools that write a file empty it first; a configuration that is meant to say nothing can say so. */
function emptiedReason(file: string): string {
  return `${file}: is empty and was not before, so it is taken for half-written. Write {} to set nothing on purpose.`
}
