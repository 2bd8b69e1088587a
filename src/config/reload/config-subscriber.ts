import type { ConfigChange } from './config-diff.ts'
import { PathPattern } from './path-pattern.ts'

/** A change of the configuration, as those who live by it are told. */
export interface ConfigUpdate<T> {
  readonly previous: T
  readonly next: T
  /** The generation that `next` has, or would have had. */
  readonly generation: number
  /** What asked for it: `files changed`, or what was given to `reload()`. */
  readonly trigger: string
  /** What differs between the two, in alphabetical order. Values are not in it. */
  readonly changes: readonly ConfigChange[]
  /**
   * Which of the files in the option `files` hold something else than before, as absolute paths. They may be all that has
   * changed: then `next` has the values of `previous`.
   */
  readonly files: readonly string[]
  /** Whether something at this path or inside it differs; `*` is any one key, `**` any number of keys. */
  has(pattern: string): boolean
}

/**
 * Somebody who has to do something for a new configuration. Who only reads it where it is used need not subscribe.
 *
 * Every call has a deadline; its signal is aborted there, and the call counts as failed.
 */
export interface ConfigSubscriber<T = unknown> {
  /** For messages. */
  readonly name: string
  /** It is asked only when one of these differs, or one of `files`. @default every change */
  readonly paths?: readonly string[]
  /** It is asked only when one of these files has changed, or one of `paths`; the option `files` has them, too. @default every change */
  readonly files?: readonly string[]
  /**
   * Makes ready whatever may fail, such as a pool or a certificate, without using it yet. Throwing refuses the whole
   * change; the message is the reason.
   */
  prepare?(update: ConfigUpdate<T>, signal: AbortSignal): void | Promise<void>
  /** The configuration is in force: uses what was prepared. When it throws, the whole change is taken back. */
  commit?(update: ConfigUpdate<T>, signal: AbortSignal): void | Promise<void>
  /**
   * `previous` holds on, or again: gives up what was prepared or committed. Called for everybody whose `prepare` has
   * ended well or has not ended in time, last first; a failure here is told and stops nobody.
   */
  rollback?(update: ConfigUpdate<T>, signal: AbortSignal): void | Promise<void>
}

export function toConfigUpdate<T>(facts: Omit<ConfigUpdate<T>, 'has'>): ConfigUpdate<T> {
  return Object.freeze({
    ...facts,
    has: (text: string) => {
      const pattern = PathPattern.parse(text)
      return pattern !== undefined && facts.changes.some(({ path }) => pattern.matches(path))
    },
  })
}
