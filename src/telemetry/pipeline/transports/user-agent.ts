import { ownVersion } from '../../own-version.ts'

/**
 * The `User-Agent` of the specification with our product before it: `seaworthy/1.2.3 OTel-OTLP-Exporter-JavaScript/1.2.3`.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#user-agent
 */
export function userAgent(): string {
  const version = ownVersion()
  return `seaworthy/${version} OTel-OTLP-Exporter-JavaScript/${version}`
}
