/** What is needed of a `MongoClient` of `mongodb`. */
export interface MongoClientLike {
  // oxlint-disable-next-line typescript/no-explicit-any -- The driver's own type has an overload for each event.
  on(event: string, listener: (...args: any[]) => void): unknown
  connect(): Promise<unknown>
  close(): Promise<unknown>
  db(name: string): { command(command: object): PromiseLike<unknown> }
}

/** What a driver knows of the servers. */
export interface TopologyDescription {
  /** `ReplicaSetNoPrimary`, `Single` and so on. */
  readonly type: string
  readonly servers: ReadonlyMap<string, { readonly type: string; readonly error?: unknown }>
}

type SelectServer = (...args: unknown[]) => Promise<unknown>

/** What is used besides where it is there. */
export interface MongoInternals extends MongoClientLike {
  readonly options?: { readonly monitorCommands?: boolean }
  /** Not documented, and the one place through which every operation goes. Versions 6 and 7 have it. */
  readonly topology?: { selectServer?: SelectServer; readonly description?: TopologyDescription }
}

/** A command has been sent, as `monitorCommands: true` has it told. */
export interface CommandStarted {
  readonly requestId: number
  readonly address: string
  readonly databaseName: string
  readonly commandName: string
  readonly command: Readonly<Record<string, unknown>>
}

/** Types of servers that nothing is known of yet, or any more. */
const UNKNOWN: ReadonlySet<string> = new Set(['Unknown', 'PossiblePrimary'])

/** Whether a server of it has answered when it was last asked. */
export function isReachable({ servers, type }: TopologyDescription): boolean {
  // Behind a load balancer nothing is asked, and nothing known.
  if (type === 'LoadBalanced') return true
  for (const server of servers.values()) if (!UNKNOWN.has(server.type)) return true
  return false
}
