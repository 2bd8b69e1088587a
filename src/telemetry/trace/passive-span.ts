import type { Span } from '@opentelemetry/api'
import { LocalSpan } from './local-span.ts'

/** A span that is not sampled: it takes part in the trace, and forgets everything that it is told. */
export class PassiveSpan extends LocalSpan implements Span {
  setAttribute(): this {
    return this
  }

  setAttributes(): this {
    return this
  }

  addEvent(): this {
    return this
  }

  addLink(): this {
    return this
  }

  addLinks(): this {
    return this
  }

  setStatus(): this {
    return this
  }

  updateName(): this {
    return this
  }

  end(): void {}

  isRecording(): boolean {
    return false
  }

  recordException(): void {}
}
