import { readFileSync } from 'node:fs'

/**
 * The `User-Agent` of the specification with our product before it: `seaworthy/1.2.3 OTel-OTLP-Exporter-JavaScript/1.2.3`.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#user-agent
 */
export function userAgent(): string {
  const version = ownVersion()
  return `seaworthy/${version} OTel-OTLP-Exporter-JavaScript/${version}`
}

/** In a bundle our manifest isn't where it is in the package, and another one may be. */
function ownVersion(): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'))
    const { name, version } = manifest as { readonly name?: unknown; readonly version?: unknown }
    if (name === 'seaworthy' && typeof version === 'string') return version
  } catch {
    // Only a collector's access log reads it.
  }
  return 'bundled'
}
