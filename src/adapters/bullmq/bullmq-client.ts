/** What is needed of BullMQ's `Job`. */
export interface BullmqJob {
  readonly id?: string | undefined
  readonly name: string
  readonly token?: string | undefined
  moveToWait(token?: string): Promise<unknown>
}

/** What is needed of BullMQ's `Worker`. */
export interface BullmqWorker {
  readonly name: string
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'active', listener: (job: BullmqJob) => void): unknown
  on(event: 'completed' | 'failed', listener: (job: BullmqJob | undefined) => void): unknown
  isRunning(): boolean
  isPaused(): boolean
  waitUntilReady(): Promise<unknown>
  pause(doNotWaitActive?: boolean): Promise<unknown>
  close(force?: boolean): Promise<unknown>
}
