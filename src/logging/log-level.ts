/** From the most to the least said; `silent` says nothing at all. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** The least gravity that is written. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A level that a line can have. */
export type LineLevel = Exclude<LogLevel, 'silent'>
