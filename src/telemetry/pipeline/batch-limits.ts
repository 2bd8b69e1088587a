/** How one signal is batched, and what may wait. */
export interface BatchLimits {
  /** Items that wait or are on their way, at most. The newest beyond it are dropped and counted. */
  readonly maxQueueSize: number
  readonly maxBatchSize: number
  /** The longest that an item waits before it is sent, as long as sending works. */
  readonly scheduleDelayMs: number
  /** When one export counts as failed, whatever the exporter does. */
  readonly exportTimeoutMs: number
  /** `maxQueueSize`, where the user has set it: the default is a bound in bytes. @default absent */
  readonly askedQueueSize?: number
  /** `maxBatchSize`, where the user has set it: only then no request holds more. @default absent */
  readonly askedBatchSize?: number
}
