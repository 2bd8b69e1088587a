import type { ComponentContext, ResourceDefinition } from 'seaworthy'
import { onTestFinished } from 'vitest'

/** A line of the log. */
export interface ToldLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly event?: string
  readonly text: string
}

/** A resource that was started as a service does it. */
export interface RunningResource<T> {
  readonly value: T
  readonly lines: ToldLine[]
  /** What its health check says. */
  readonly check: (timeoutMs?: number) => Promise<unknown>
  /** Tells whether it has ended before its time was over. */
  readonly stop: (timeoutMs?: number) => Promise<boolean>
  /** Lines with that event. */
  readonly said: (event: string) => readonly ToldLine[]
}

/** Starts a resource, and stops it at the end of the test. */
export async function startResource<T>(definition: ResourceDefinition<unknown, T>): Promise<RunningResource<T>> {
  const lines: ToldLine[] = []
  const tell =
    (level: ToldLine['level']) =>
    (fields: object, text: string): void =>
      void lines.push({ level, ...fields, text })
  const log = { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') }
  const context = { config: {}, name: 'cache', log, signal: AbortSignal.timeout(20_000) }
  const value = await definition.start(context as unknown as ComponentContext<unknown>)
  let stopped: Promise<boolean> | undefined
  const stop = (timeoutMs = 5_000): Promise<boolean> =>
    (stopped ??= (async () => {
      const signal = AbortSignal.timeout(timeoutMs)
      await definition.stop?.(value, { signal, limitMs: timeoutMs })
      return !signal.aborted
    })())
  onTestFinished(async () => void (await stop(0)))
  return {
    value,
    lines,
    check: async (timeoutMs = 2_000) => await definition.check?.(value, { signal: AbortSignal.timeout(timeoutMs) }),
    stop,
    said: (event) => lines.filter((line) => line.event === event),
  }
}
