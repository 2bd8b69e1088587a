import type { OperationFailure, OperationIdentity } from './operation-series.ts'

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

/** How the classes of answers are called that say an error: by ioredis, by node-redis. */
const REPLIES = new Set(['ReplyError', 'ErrorReply', 'SimpleError', 'BlobError', 'MultiErrorReply'])
/** The first word of an error of Redis, such as `WRONGTYPE`. A script may answer anything. */
const PREFIX = /^[A-Z][A-Z0-9]{1,31}(?= |$)/

/**
 * What an error of a Redis client says without its message, which may quote keys and values: the prefix of what the
 * server has answered, else the code or the class.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
export function explainRedisError(error: unknown): OperationFailure | undefined {
  if (!(error instanceof Error)) return { errorType: '_OTHER', statusCode: undefined }
  const { name, message, code, constructor } = error as NodeJS.ErrnoException
  // The caller has called it off.
  if (name === 'AbortError' || constructor.name === 'AbortError') return undefined
  if (REPLIES.has(constructor.name)) {
    const statusCode = PREFIX.exec(message)?.[0]
    return { errorType: statusCode ?? constructor.name, statusCode }
  }
  return { errorType: typeof code === 'string' ? code : constructor.name, statusCode: undefined }
}
