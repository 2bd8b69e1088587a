import type { EnvReader } from '../../core/env-reader.ts'
import type { Signal } from '../../otlp/model.ts'

/** `OTEL_EXPORTER_OTLP_TRACES_X` before `OTEL_EXPORTER_OTLP_X`. */
export class OtlpNames {
  readonly #read: EnvReader
  readonly signal: Signal

  constructor(read: EnvReader, signal: Signal) {
    this.#read = read
    this.signal = signal
  }

  own(suffix: string): string {
    return `OTEL_EXPORTER_OTLP_${this.signal.toUpperCase()}_${suffix}`
  }

  general(suffix: string): string {
    return `OTEL_EXPORTER_OTLP_${suffix}`
  }

  /** The name of the variable that decides, or `undefined` when neither is set. */
  set(suffix: string): string | undefined {
    return [this.own(suffix), this.general(suffix)].find((name) => this.#read.text(name) !== undefined)
  }
}
