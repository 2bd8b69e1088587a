import type { Verdict } from './error-class.ts'

const UNAVAILABLE: Verdict = ['unavailable', true]
const NETWORK: Verdict = ['network', true]
const PERMISSION: Verdict = ['permission', false]
const VALIDATION: Verdict = ['validation', false]
const CONFLICT: Verdict = ['conflict', false]
const RETRYABLE_CONFLICT: Verdict = ['conflict', true]
const EXTERNAL: Verdict = ['external', false]

/**
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const SQL_STATES: Readonly<Record<string, Verdict>> = {
  '40001': RETRYABLE_CONFLICT, // serialization_failure
  '40P01': RETRYABLE_CONFLICT, // deadlock_detected
  '55P03': RETRYABLE_CONFLICT, // lock_not_available
  '55006': RETRYABLE_CONFLICT, // object_in_use
  '57014': ['timeout', false], // query_canceled: also a statement_timeout, after which the same query is as slow
  '57P01': UNAVAILABLE, // admin_shutdown
  '57P02': UNAVAILABLE, // crash_shutdown
  '57P03': UNAVAILABLE, // cannot_connect_now
  '57P05': ['network', true], // idle_session_timeout
  '25006': UNAVAILABLE, // read_only_sql_transaction: the server was the primary before a failover
  '42501': PERMISSION, // insufficient_privilege
}

/** By the first two characters of a SQLSTATE, its class. */
const SQL_STATE_CLASSES: Readonly<Record<string, Verdict>> = {
  '08': NETWORK,
  '22': VALIDATION,
  '23': CONFLICT,
  '26': VALIDATION,
  '28': PERMISSION,
  '3D': ['not_found', false],
  '40': RETRYABLE_CONFLICT,
  '42': VALIDATION,
  '53': UNAVAILABLE,
  '54': VALIDATION,
  '55': CONFLICT,
  '57': UNAVAILABLE,
  '58': EXTERNAL,
  XX: EXTERNAL,
}

/** @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
const MYSQL_CODES: Readonly<Record<string, Verdict>> = {
  PROTOCOL_CONNECTION_LOST: NETWORK,
  PROTOCOL_SEQUENCE_TIMEOUT: ['timeout', true],
  ER_LOCK_DEADLOCK: RETRYABLE_CONFLICT,
  ER_LOCK_WAIT_TIMEOUT: RETRYABLE_CONFLICT,
  ER_LOCK_NOWAIT: RETRYABLE_CONFLICT,
  ER_CON_COUNT_ERROR: UNAVAILABLE,
  ER_TOO_MANY_USER_CONNECTIONS: UNAVAILABLE,
  ER_USER_LIMIT_REACHED: ['rate_limit', true],
  ER_SERVER_SHUTDOWN: UNAVAILABLE,
  ER_OPTION_PREVENTS_STATEMENT: UNAVAILABLE, // read-only: the server was the primary before a failover
  ER_READ_ONLY_MODE: UNAVAILABLE,
  ER_QUERY_TIMEOUT: ['timeout', false],
  ER_QUERY_INTERRUPTED: ['timeout', false],
  ER_ACCESS_DENIED_ERROR: PERMISSION,
  ER_DBACCESS_DENIED_ERROR: PERMISSION,
  ER_TABLEACCESS_DENIED_ERROR: PERMISSION,
  ER_HOST_IS_BLOCKED: PERMISSION,
  ER_BAD_DB_ERROR: ['not_found', false],
  ER_NO_SUCH_TABLE: VALIDATION,
  ER_DUP_ENTRY: CONFLICT,
  POOL_CLOSED: ['unavailable', false],
}

/**
 * The codes with which a server of Redis begins an error: the protocol's own word for what kind it is.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const REDIS_CODES: Readonly<Record<string, Verdict>> = {
  BUSY: UNAVAILABLE,
  LOADING: UNAVAILABLE,
  MASTERDOWN: UNAVAILABLE,
  CLUSTERDOWN: UNAVAILABLE,
  TRYAGAIN: UNAVAILABLE,
  READONLY: UNAVAILABLE,
  NOREPLICAS: UNAVAILABLE,
  OOM: ['unavailable', false],
  MISCONF: ['unavailable', false],
  MOVED: RETRYABLE_CONFLICT,
  ASK: RETRYABLE_CONFLICT,
  NOAUTH: PERMISSION,
  NOPERM: PERMISSION,
  WRONGPASS: PERMISSION,
  WRONGTYPE: VALIDATION,
  EXECABORT: CONFLICT,
  BUSYGROUP: CONFLICT,
  NOSCRIPT: ['not_found', false],
  ERR: EXTERNAL,
}

/** Errors that Redis clients tell apart by their class alone. */
const REDIS_TYPES: Readonly<Record<string, Verdict>> = {
  ConnectionTimeoutError: ['timeout', true],
  SocketTimeoutError: ['timeout', true],
  SocketClosedUnexpectedlyError: NETWORK,
  DisconnectsClientError: NETWORK,
  ReconnectStrategyError: UNAVAILABLE,
  ClientOfflineError: UNAVAILABLE,
  ClientClosedError: ['unavailable', false],
  MaxRetriesPerRequestError: UNAVAILABLE,
  ClusterAllFailedError: UNAVAILABLE,
}

const REDIS_REPLIES = new Set(['ReplyError', 'SimpleError', 'ErrorReply', 'BlobError'])

/** @see https://www.mongodb.com/docs/manual/reference/error-codes/ */
const MONGO_CODES: Readonly<Record<number, Verdict>> = {
  13: PERMISSION,
  18: PERMISSION,
  8000: PERMISSION,
  26: ['not_found', false],
  50: ['timeout', false],
  112: RETRYABLE_CONFLICT,
  121: VALIDATION,
  11_000: CONFLICT,
  11_001: CONFLICT,
}
/** Codes after which its drivers themselves try again. */
const MONGO_RETRYABLE: ReadonlySet<number> = new Set([
  6, 7, 89, 91, 134, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
])
const MONGO_TYPES: Readonly<Record<string, Verdict>> = {
  MongoNetworkError: NETWORK,
  MongoNetworkTimeoutError: ['timeout', true],
  MongoOperationTimeoutError: ['timeout', true],
  MongoServerSelectionError: UNAVAILABLE,
  MongoWaitQueueTimeoutError: UNAVAILABLE,
  MongoPoolClearedError: UNAVAILABLE,
  MongoNotConnectedError: UNAVAILABLE,
}

/** @see https://www.rabbitmq.com/amqp-0-9-1-reference#constants */
const AMQP_CODES: Readonly<Record<number, Verdict>> = {
  311: VALIDATION,
  312: ['not_found', false],
  313: UNAVAILABLE,
  320: UNAVAILABLE,
  402: VALIDATION,
  403: PERMISSION,
  404: ['not_found', false],
  405: RETRYABLE_CONFLICT,
  406: CONFLICT,
  506: UNAVAILABLE,
  530: PERMISSION,
  541: UNAVAILABLE,
}

/** Of `errcode`, the lowest eight bits. @see https://sqlite.org/rescode.html#primary_result_code_list */
const SQLITE_CODES: Readonly<Record<number, Verdict>> = {
  3: PERMISSION,
  5: RETRYABLE_CONFLICT,
  6: RETRYABLE_CONFLICT,
  8: PERMISSION,
  13: ['unavailable', false],
  14: ['unavailable', false],
  19: CONFLICT,
  20: VALIDATION,
  23: PERMISSION,
}

const SQL_STATE = /^[0-9A-Z]{5}$/

/** Of PostgreSQL, MySQL and MariaDB, and SQLite, by their codes in words. */
export function verdictOfSqlCode(error: object, code: string): Verdict | undefined {
  if (code === 'ERR_SQLITE_ERROR') {
    const { errcode } = error as { readonly errcode?: unknown }
    return SQLITE_CODES[Number(errcode) & 0xff] ?? EXTERNAL
  }
  if (Object.hasOwn(MYSQL_CODES, code)) return MYSQL_CODES[code]
  // `severity` is what makes five letters the code of PostgreSQL, and not the `EPIPE` of Node; `sqlState` is MySQL's.
  const { sqlState } = error as { readonly sqlState?: unknown }
  const state = typeof sqlState === 'string' ? sqlState : 'severity' in error ? code : undefined
  if (state === undefined || !SQL_STATE.test(state)) return undefined
  return SQL_STATES[state] ?? SQL_STATE_CLASSES[state.slice(0, 2)] ?? EXTERNAL
}

/** Of MongoDB and of amqplib, whose codes are numbers that mean something else to each. */
export function verdictOfNumber(error: object, typeName: string, code: number): Verdict | undefined {
  if (typeName.startsWith('Mongo')) {
    if (MONGO_RETRYABLE.has(code)) return UNAVAILABLE
    return MONGO_CODES[code]
  }
  return 'classId' in error ? AMQP_CODES[code] : undefined
}

/** What is told by the class of an error only, for clients of databases. */
export function verdictOfType(error: Error, typeName: string): readonly [Verdict, string] | undefined {
  if (Object.hasOwn(MONGO_TYPES, typeName)) return [MONGO_TYPES[typeName] as Verdict, typeName]
  if (typeName.startsWith('Mongo')) return hasRetryLabel(error) ? [UNAVAILABLE, typeName] : [EXTERNAL, typeName]
  if (Object.hasOwn(REDIS_TYPES, typeName)) return [REDIS_TYPES[typeName] as Verdict, typeName]
  if (!REDIS_REPLIES.has(typeName)) return undefined
  const code = /^[A-Z]{2,20}/.exec(error.message)?.[0] ?? 'ERR'
  return Object.hasOwn(REDIS_CODES, code) ? [REDIS_CODES[code] as Verdict, code] : [EXTERNAL, typeName]
}

function hasRetryLabel(error: Error): boolean {
  const { hasErrorLabel } = error as { readonly hasErrorLabel?: unknown }
  if (typeof hasErrorLabel !== 'function') return false
  return ['RetryableWriteError', 'TransientTransactionError'].some(
    (label) => Reflect.apply(hasErrorLabel, error, [label]) === true,
  )
}
