const HAS_SCHEME = /^[a-z][a-z\d+.-]*:\/\//i

/** What the document's `OTLP_ENDPOINT` says. */
export interface OtlpTarget {
  readonly url: string
  /** Written without a scheme, as gRPC targets are. */
  readonly isBare: boolean
  /** Names the port of OTLP over HTTP, 4318. */
  readonly isHttpPort: boolean
}

/**
 * A URL, or a target such as `collector:4317` made into one: with TLS unless `insecure`, because the specification's
 * default of `OTEL_EXPORTER_OTLP_INSECURE` is false. `undefined` when it is neither.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options
 */
export function parseOtlpTarget(text: string, { insecure }: { readonly insecure: boolean }): OtlpTarget | undefined {
  const isBare = !HAS_SCHEME.test(text)
  const url = isBare ? `${insecure ? 'http' : 'https'}://${text}` : text
  const parsed = URL.parse(url)
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) return undefined
  // A port that is the scheme's own is not kept by the parser, and without any port a bare name is more likely a slip.
  if (isBare && !/:\d+$/.test(text)) return undefined
  return { url, isBare, isHttpPort: parsed.port === '4318' }
}
