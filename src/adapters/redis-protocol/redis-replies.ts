/** How the classes of answers are called that say an error: by ioredis, by node-redis. */
const REPLIES: ReadonlySet<string> = new Set([
  'ReplyError',
  'ErrorReply',
  'SimpleError',
  'BlobError',
  'MultiErrorReply',
])

/**
 * What a server says about itself, rather than about what it was asked: it does not work for anybody then.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const OF_THE_SERVER: ReadonlySet<string> = new Set(['BUSY', 'CLUSTERDOWN', 'LOADING', 'MASTERDOWN', 'NOAUTH'])

/** That it takes nothing to keep: reading works. */
const OF_WRITES: ReadonlySet<string> = new Set(['MISCONF', 'NOREPLICAS', 'OOM', 'READONLY'])

/** The word that an error of the server begins with, such as `WRONGTYPE`; `undefined` for what is no answer of it. */
export function replyCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !(REPLIES.has(error.name) || REPLIES.has(error.constructor.name))) return undefined
  return /^[A-Z][A-Z0-9]*/.exec(error.message)?.[0] ?? 'ERR'
}

/** Whether the server has said it about what it was asked: then it works. */
export function isAnswer(error: unknown): boolean {
  const code = replyCode(error)
  return code !== undefined && !OF_THE_SERVER.has(code)
}

/** Whether an error with that word says that nothing is kept at present. */
export function refusesWrites(code: string): boolean {
  return OF_WRITES.has(code)
}

/** Commands that wait for something to happen: that nothing is heard meanwhile is what they are for. */
const BLOCKING_NAMES = [
  'blmove',
  'blmovem',
  'blmpop',
  'blpop',
  'brpop',
  'brpoplpush',
  'bzmpop',
  'bzpopmax',
  'bzpopmin',
  'wait',
  'waitaof',
  'xread',
  'xreadgroup',
]
/** ioredis writes them small, node-redis large. */
const BLOCKING: ReadonlySet<string> = new Set([...BLOCKING_NAMES, ...BLOCKING_NAMES.map((name) => name.toUpperCase())])

/** Whether nothing may be heard for long because of it. */
export function isBlocking(command: string): boolean {
  return BLOCKING.has(command)
}
