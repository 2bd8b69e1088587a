import { SeaworthyError } from '../../core/seaworthy-error.ts'

/** What is thrown for a component that has not come. A request that fails because of it is best answered with 503. */
export class ResourceAbsentError extends SeaworthyError {
  readonly statusCode = 503

  /** @param isOver whether it is not waited for any more */
  constructor(name: string, isOver: boolean) {
    super('SEA_RESOURCE_ABSENT', `"${name}" has not come ${isOver ? 'before the service ended' : 'yet'}`, {
      hint: 'Do without it until it has come; its health check says what keeps it.',
    })
    // Who waits is told to end, as by a signal: a task that ends with this has not failed.
    if (isOver) this.name = 'AbortError'
  }
}
