import { type Channel, channel } from 'node:diagnostics_channel'
import type { CommandStarted, MongoClientLike } from './mongo-client.ts'

/** What is told of a command: never what it asks for, or what the answer was. */
interface CommandMessage {
  readonly command: string
  /** The collection, where it names one. */
  readonly collection: string
  readonly database: string
  readonly serverAddress: string
  readonly serverPort: number | undefined
  result?: true
  error?: unknown
}

interface CommandEnded {
  readonly requestId: number
  readonly address: string
  readonly failure?: unknown
}

/** More than a pool has connections. What was not answered by then is not followed any more. */
const MAX_OPEN = 10_000

const NAME = 'tracing:seaworthy:mongodb:command'
/** Commands that are the driver's own, or that keep secrets. */
const SKIPPED: ReadonlySet<string> = new Set([
  'authenticate',
  'endSessions',
  'hello',
  'isMaster',
  'ismaster',
  'killCursors',
  'saslContinue',
  'saslStart',
])

/**
 * Passes what the driver tells of its commands on to a tracing channel, where the telemetry of a service finds it as it
 * finds that of other clients. The driver tells it in the context of whoever has called.
 */
export function publishCommands(client: MongoClientLike): void {
  const started = channel(`${NAME}:start`)
  const end = channel(`${NAME}:end`)
  const answered = channel(`${NAME}:asyncStart`)
  const failed = channel(`${NAME}:error`)
  const open = new Map<string, CommandMessage>()
  client.on('commandStarted', (event: CommandStarted) => {
    if (!started.hasSubscribers || SKIPPED.has(event.commandName) || open.size >= MAX_OPEN) return
    const message = describe(event)
    open.set(keyOf(event), message)
    started.publish(message)
    end.publish(message)
  })
  const settle = (event: CommandEnded, to: Channel): void => {
    const key = keyOf(event)
    const message = open.get(key)
    if (message === undefined) return
    open.delete(key)
    if (to === failed) message.error = event.failure
    else message.result = true
    to.publish(message)
  }
  client.on('commandSucceeded', (event: CommandEnded) => settle(event, answered))
  client.on('commandFailed', (event: CommandEnded) => settle(event, failed))
}

function describe({ address, command, commandName, databaseName }: CommandStarted): CommandMessage {
  const target = command[commandName]
  // Of `getMore`, the first is the number of a cursor.
  const collection = typeof target === 'string' ? target : command['collection']
  const [, host = address, port] = /^(.*):(\d+)$/.exec(address) ?? []
  return {
    command: commandName,
    collection: typeof collection === 'string' ? collection : '',
    database: databaseName,
    serverAddress: host,
    serverPort: port === undefined ? undefined : Number(port),
  }
}

function keyOf({ address, requestId }: { readonly address: string; readonly requestId: number }): string {
  return `${requestId} ${address}`
}
