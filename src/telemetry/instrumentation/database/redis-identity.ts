import type { OperationIdentity } from './operation-series.ts'

/** Where ioredis and node-redis say that they send something. */
export interface RedisTarget {
  readonly database: number
  /** A host, or the path of a socket. */
  readonly serverAddress: string
  readonly serverPort: number | undefined
}

/**
 * Of a command there is its name alone: what follows names customers and sessions, or is what was stored.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/redis/
 */
export function identifyRedis(operation: string, target: RedisTarget): OperationIdentity {
  return {
    system: 'redis',
    operation,
    collection: '',
    namespace: String(target.database),
    serverAddress: target.serverAddress,
    serverPort: target.serverPort,
  }
}
