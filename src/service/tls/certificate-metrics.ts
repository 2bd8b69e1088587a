import { type Counter, type MeterProvider, metrics, type ObservableCallback } from '@opentelemetry/api'

/** How a look at the files of a certificate ended. */
export type CertificateOutcome = 'applied' | 'unchanged' | 'rejected'

/** The metrics of one server's certificate. A provider that is registered later is found at the next reload. */
export class CertificateMetrics {
  readonly #attributes: Readonly<Record<string, string>>
  readonly #notAfterMs: () => number
  readonly #given: MeterProvider | undefined
  #provider: MeterProvider | undefined
  #reloads: Counter | undefined
  #stopObserving: () => void = () => {}

  /** @param name the server's, an attribute of each value */
  constructor(name: string, notAfterMs: () => number, given: MeterProvider | undefined) {
    this.#attributes = { listener: name }
    this.#notAfterMs = notAfterMs
    this.#given = given
    this.#attach()
  }

  count(result: CertificateOutcome): void {
    this.#attach()
    this.#reloads?.add(1, { ...this.#attributes, result })
  }

  close(): void {
    this.#stopObserving()
  }

  #attach(): void {
    const provider = this.#given ?? metrics.getMeterProvider()
    if (provider === this.#provider) return
    this.#stopObserving()
    this.#provider = provider
    const meter = provider.getMeter('seaworthy')
    this.#reloads = meter.createCounter('seaworthy.tls.certificate.reload', {
      description: 'Looks at the files of a certificate that had changed, by how they ended.',
      unit: '{reload}',
    })
    const notAfter = meter.createObservableGauge('seaworthy.tls.certificate.not_after', {
      description: 'When the certificate in use ends, in seconds since 1970. Minus now, it is how long is left.',
      unit: 's',
    })
    const callback: ObservableCallback = (result) =>
      result.observe(Math.round(this.#notAfterMs() / 1000), this.#attributes)
    notAfter.addCallback(callback)
    this.#stopObserving = () => notAfter.removeCallback(callback)
  }
}
