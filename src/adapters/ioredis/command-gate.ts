import { type Context, context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { DatabaseGuard } from '../database/database-guard.ts'
import { queueFull } from '../database/waiting-errors.ts'
import { isAnswer, replyCode } from '../redis-protocol/redis-replies.ts'
import type { SilenceWatch } from '../redis-protocol/silence-watch.ts'
import type { IoredisCommand, IoredisInternals } from './ioredis-client.ts'

/** What stands in the way of the commands of a client of ioredis. */
export interface GatePlan {
  readonly redis: IoredisInternals
  readonly guard: DatabaseGuard
  /** The name of the component. */
  readonly dependency: string
  /** Commands that may wait while there is no connection, or while nothing is heard. */
  readonly maxWaiting: number
  /** Of answers, and of a connection. */
  readonly answers: SilenceWatch
  readonly connection: SilenceWatch
}

/** What ioredis sends by itself while it connects; a `Cluster` is ready once it has asked for the state of the cluster. */
const OF_HANDSHAKE: ReadonlySet<string> = new Set(['auth', 'client', 'cluster', 'hello', 'info', 'readonly', 'select'])

/**
 * Stands in the way of every command of a client: refuses it where it would wait for nothing, and looks after those that
 * were let through. A pipeline or a transaction is let through or refused as a whole: ioredis writes it only when the last
 * of its commands has come.
 */
export class CommandGate {
  readonly #plan: GatePlan
  readonly #redis: IoredisInternals
  readonly #guard: DatabaseGuard
  readonly #send: IoredisInternals['sendCommand']
  readonly #answered = (): void => this.#hear()
  readonly #failed = (error: unknown): void => {
    if (replyCode(error) === undefined) return
    // That it can't be worked with at present is an answer as well, but none that ends an outage.
    if (isAnswer(error)) this.#hear()
    else this.#guard.settle(error)
  }
  /** Who has sent what waits for a connection: it is written where somebody else may be active. */
  readonly #senders = new WeakMap<IoredisCommand, Context>()
  #isUp = false
  #isTroubled = false
  #batch: object | undefined = undefined
  #batchRefusal: Error | undefined = undefined

  constructor(plan: GatePlan) {
    this.#plan = plan
    this.#redis = plan.redis
    this.#guard = plan.guard
    this.#send = plan.redis.sendCommand
    plan.redis.sendCommand = (command, stream, node) => this.#take(command, stream, node)
  }

  /** Whether the client has said that it is ready. What it sends before that is its own, or has been let through before. */
  set isUp(isUp: boolean) {
    this.#isUp = isUp
  }

  /** Something has failed: from now on until the next answer, answers are looked at. */
  set isTroubled(isTroubled: boolean) {
    this.#isTroubled = isTroubled
  }

  /** Takes itself out of the way. */
  end(): void {
    this.#redis.sendCommand = this.#send
  }

  #take(command: IoredisCommand, stream: object | undefined, node: object | undefined): unknown {
    const redis = this.#redis
    if (redis.status !== 'ready') return this.#takeUnconnected(command, stream, node)
    if (!this.#isUp) return this.#resume(command, stream, node)
    const refusal = stream === undefined ? this.#refusal() : this.#refusalOf(stream)
    if (refusal !== undefined) return refuse(command, refusal)
    const sent = this.#send.call(redis, command, stream, node)
    this.#plan.answers.begin()
    if (this.#isTroubled) command.promise.then(this.#answered, this.#failed)
    return sent
  }

  #takeUnconnected(command: IoredisCommand, stream: object | undefined, node: object | undefined): unknown {
    const redis = this.#redis
    const isOwn = stream === undefined && redis.status === 'connect' && OF_HANDSHAKE.has(command.name)
    const refusal = isOwn ? undefined : stream === undefined ? this.#refusal() : this.#refusalOf(stream)
    if (refusal !== undefined) return refuse(command, refusal)
    const active = context.active()
    if (!isOwn && active !== ROOT_CONTEXT) this.#senders.set(command, active)
    const sent = this.#send.call(redis, command, stream, node)
    if (isOwn) this.#plan.answers.begin()
    else {
      this.#plan.connection.begin()
      command.promise.then(this.#answered, this.#failed)
    }
    return sent
  }

  /** It has waited for the connection that is there now. */
  #resume(command: IoredisCommand, stream: object | undefined, node: object | undefined): unknown {
    const sender = this.#senders.get(command)
    this.#plan.answers.begin()
    if (sender === undefined) return this.#send.call(this.#redis, command, stream, node)
    this.#senders.delete(command)
    return context.with(sender, this.#send, this.#redis, command, stream, node)
  }

  #refusalOf(batch: object): Error | undefined {
    if (batch !== this.#batch) {
      this.#batch = batch
      this.#batchRefusal = this.#refusal()
    }
    return this.#batchRefusal
  }

  #refusal(): Error | undefined {
    const { dependency, maxWaiting, answers } = this.#plan
    const isStuck = this.#redis.status !== 'ready' || answers.isSilent
    return isStuck && waitingAt(this.#redis) >= maxWaiting ? queueFull(dependency, maxWaiting) : this.#guard.refusal()
  }

  #hear(): void {
    this.#guard.answered()
    if (!this.#guard.isRefusing) this.#isTroubled = false
  }
}

/** How many commands wait for a connection or an answer. */
export function waitingAt({ commandQueue, offlineQueue }: IoredisInternals): number {
  return (commandQueue?.length ?? 0) + (offlineQueue?.length ?? 0)
}

/** As ioredis does it: the caller gets the promise of the command, or its callback is called. */
function refuse(command: IoredisCommand, error: Error): Promise<unknown> {
  command.reject(error)
  return command.promise
}
