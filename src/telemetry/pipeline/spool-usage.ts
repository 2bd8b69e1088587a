/** What of a signal waits on disk. */
export interface SpoolUsage {
  readonly byteLength: number
  /** Age of the oldest; absent when nothing waits. */
  readonly oldestMs?: number
}
