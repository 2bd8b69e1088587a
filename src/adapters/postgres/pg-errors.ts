/** By which PostgreSQL says something about itself, and not about what it was asked: that it can't be worked with. */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '53300', // too_many_connections
])

/**
 * The SQLSTATE of an error that the server has sent: beside it is a severity, as nothing else has.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function sqlStateOf(error: unknown): string | undefined {
  const { code, severity } = (error ?? {}) as { readonly code?: unknown; readonly severity?: unknown }
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined
}

/** Whether the server has answered with it what it was asked. */
export function isAnswer(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state !== undefined && !state.startsWith('08') && !OF_THE_SERVER.has(state)
}
