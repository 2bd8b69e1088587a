import { createRequire } from 'node:module'
import type { OtlpSettings } from '../env/otlp-env.ts'

/** The part of `@grpc/grpc-js` that is needed; the library itself comes with the exporters and is theirs. */
interface GrpcLibrary {
  readonly credentials: {
    createInsecure(): object
    createSsl(rootCerts?: Buffer | null, privateKey?: Buffer | null, certChain?: Buffer | null): object
  }
  readonly Metadata: new () => { set(key: string, value: string): void }
}

/**
 * Credentials and metadata for the gRPC exporters. They would read both from `process.env` themselves; here they come
 * from the checked settings, and from the very copy of the library that the exporters use.
 */
export function loadGrpcCredentials(settings: OtlpSettings): {
  readonly credentials: object
  readonly metadata: object
} {
  const grpc = loadGrpc()
  const metadata = new grpc.Metadata()
  for (const [name, value] of Object.entries(settings.headers)) metadata.set(name, value)
  const { ca = null, key = null, cert = null } = settings.tls
  const credentials = settings.url.startsWith('https:')
    ? grpc.credentials.createSsl(ca, key, cert)
    : grpc.credentials.createInsecure()
  return { credentials, metadata }
}

function loadGrpc(): GrpcLibrary {
  const exporter = createRequire(import.meta.url).resolve('@opentelemetry/exporter-trace-otlp-grpc')
  const base = createRequire(exporter).resolve('@opentelemetry/otlp-grpc-exporter-base')
  return createRequire(base)('@grpc/grpc-js') as GrpcLibrary
}
