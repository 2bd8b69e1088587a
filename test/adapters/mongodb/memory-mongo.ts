import { EventEmitter } from 'node:events'
import type { CommandStarted, TopologyDescription } from '../../../src/adapters/mongodb/mongo-client.ts'

/** As the driver names what it can't select a server for. */
class MongoServerSelectionError extends Error {
  override readonly name = 'MongoServerSelectionError'
}

/** As the driver names what becomes of its connections. */
export class MongoNetworkError extends Error {
  override readonly name: string = 'MongoNetworkError'
}

/** How an error of a server comes. */
export class MongoServerError extends Error {
  override readonly name = 'MongoServerError'
  readonly code: number

  constructor(code: number) {
    super('E11000 duplicate key error: { email: "canary@example.com" }')
    this.code = code
  }
}

/**
 * What the driver documents of a `MongoClient`, over a server in memory: that each operation selects a server first and
 * waits for one for `serverSelectionTimeoutMS`; that a monitor asks each server, and at once when something waits; which
 * events there are, when and in what order. There is no package of a MongoDB server in Debian to test against.
 *
 * @see https://www.mongodb.com/docs/drivers/node/current/monitoring-and-logging/monitoring/
 * @see https://github.com/mongodb/specifications/blob/master/source/server-discovery-and-monitoring/server-discovery-and-monitoring.md
 */
export class MemoryMongo extends EventEmitter {
  readonly options: { readonly monitorCommands: boolean; readonly serverSelectionTimeoutMS: number }
  readonly topology: {
    description: TopologyDescription
    selectServer: (...args: unknown[]) => Promise<unknown>
  }
  /** Whether the server takes connections. */
  isUp = true
  /** Whether it answers. */
  isSilent = false
  selections = 0
  isClosed = false
  /** Operations that wait for a server. */
  readonly #waiting = new Set<() => void>()
  #requestId = 0

  constructor({ monitorCommands = false, serverSelectionTimeoutMS = 100, type = 'Single' } = {}) {
    super()
    this.on('error', () => {})
    this.options = { monitorCommands, serverSelectionTimeoutMS }
    this.topology = { description: describe(type, false), selectServer: () => this.#select() }
  }

  async connect(): Promise<this> {
    this.heartbeat()
    await this.topology.selectServer()
    return this
  }

  async close(): Promise<void> {
    this.isClosed = true
    for (const wake of this.#waiting) wake()
  }

  db(name: string): { command(command: Record<string, unknown>): Promise<unknown> } {
    return { command: (command) => this.#command(name, command) }
  }

  /** The monitor asks the server whether it is there. */
  heartbeat(type?: string): void {
    const connectionId = 'db:27017'
    const description = describe(type ?? this.topology.description.type, this.isUp)
    if (this.isUp)
      this.emit('serverHeartbeatSucceeded', { connectionId, duration: 1, reply: { ok: 1 }, awaited: false })
    else {
      const failure = new MongoNetworkError('connect ECONNREFUSED 10.0.0.1:27017')
      this.emit('serverHeartbeatFailed', { connectionId, duration: 1, failure, awaited: false })
    }
    const before = this.topology.description
    this.topology.description = description
    if (isKnown(before) !== isKnown(description) || before.type !== description.type)
      this.emit('topologyDescriptionChanged', { previousDescription: before, newDescription: description })
    if (this.isUp) for (const wake of this.#waiting) wake()
  }

  async #select(): Promise<object> {
    this.selections += 1
    if (isKnown(this.topology.description)) return {}
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, this.options.serverSelectionTimeoutMS)
      this.#waiting.add(done)
    })
    if (isKnown(this.topology.description)) return {}
    throw new MongoServerSelectionError('Server selection timed out')
  }

  async #command(databaseName: string, command: Record<string, unknown>): Promise<unknown> {
    await this.topology.selectServer('primary', {})
    const [commandName = ''] = Object.keys(command)
    const about = { requestId: ++this.#requestId, address: 'db:27017', connectionId: 1, commandName }
    const { monitorCommands } = this.options
    if (monitorCommands)
      this.emit('commandStarted', { ...about, databaseName, command } satisfies CommandStarted & object)
    if (this.isSilent) await new Promise<void>((resolve) => this.once('answers', resolve))
    if (command['fails'] === true) {
      const failure = new MongoServerError(11_000)
      if (monitorCommands) this.emit('commandFailed', { ...about, duration: 1, failure })
      throw failure
    }
    const reply = { ok: 1 }
    if (monitorCommands) this.emit('commandSucceeded', { ...about, duration: 1, reply })
    return reply
  }
}

function describe(type: string, isUp: boolean): TopologyDescription {
  const server = isUp ? (type === 'Single' ? 'Standalone' : 'RSSecondary') : 'Unknown'
  return { type, servers: new Map([['db:27017', { type: server }]]) }
}

function isKnown({ servers }: TopologyDescription): boolean {
  return [...servers.values()].some(({ type }) => type !== 'Unknown')
}
