import { SpanKind } from '@opentelemetry/api'
import type { FastContextManager } from '../../context/context-manager.ts'
import { type StandAsideOptions, yieldTo } from '../stock-instrumentations.ts'
import type { DatabaseCalls } from './database-calls.ts'

/** What the observation of a library needs. */
export interface LibraryOptions extends StandAsideOptions {
  readonly calls: DatabaseCalls
  /** The one that is registered with the API, if it is ours. @default contexts stay as the library leaves them */
  readonly contextManager?: FastContextManager | undefined
  readonly onProblem: (error: unknown) => void
}

/** Whether the spans of a library are ours. */
export class SpanOwnership {
  /** Until a published instrumentation of the library begins its first span. */
  isOurs = true
  /** Ends the watch. */
  readonly stop: () => void

  /**
   * What is measured goes on being measured here: published instrumentations of these libraries measure nothing.
   *
   * @param name of the tracer of the published instrumentation
   * @param what as it is said in the log
   */
  constructor(name: string, what: string, options: StandAsideOptions) {
    this.stop = yieldTo(name, SpanKind.CLIENT, what, options, () => {
      this.isOurs = false
    })
  }
}
