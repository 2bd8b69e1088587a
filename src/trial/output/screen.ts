/** A terminal that can be drawn on. */
export interface Screen {
  /** Of a line, as it is now. */
  readonly columns: number
  readonly rows: number
  readonly write: (text: string) => void
  /** Called when its size has changed. @returns ends it */
  readonly onResize: (listener: () => void) => () => void
}
