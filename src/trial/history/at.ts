/** What every event has. */
export interface At {
  /**
   * When it was over or was seen, in milliseconds since the lifetime began, with fractions, of one clock that never goes
   * back. Events with a length also say `startedAt`, on the same scale.
   */
  readonly at: number
}
