import type { MeterProvider } from '@opentelemetry/api'
import type { Server as TlsServer } from 'node:tls'
import { type Clock, systemClock } from '../../core/clock.ts'
import { type Log, silentLog } from '../../core/log.ts'
import { OptionReader } from '../../core/option-reader.ts'
import { CertificateReloader } from './certificate-reloader.ts'
import { type FollowedCertificate, readTlsOptions } from './tls-options.ts'

/** Whose certificate is followed, and who is told. */
export interface ReloadCertificatesOptions extends FollowedCertificate {
  /** Of the server, for lines and the attribute `listener` of metrics. @default "server" */
  readonly name?: string
  /** @default nobody */
  readonly log?: Log
  /** @default the system's clock */
  readonly clock?: Clock
  /** The time of day, which a certificate is valid at. @default the system's */
  readonly timeOfDay?: () => Date
  /** @default the global one of the OpenTelemetry API */
  readonly meterProvider?: MeterProvider
}

/** The certificate of a server as it is followed. */
export type CertificateReloads = Pick<CertificateReloader, 'certificate' | 'reload' | 'close'> & AsyncDisposable

/**
 * Gives a server the certificate of its files, and again each time that they change: HTTPS, HTTP/2 over TLS, TLS alone.
 * Handshakes from then on get the new one; connections that are open go on. A pair that does not belong together, and
 * whatever else is wrong, is refused as a whole, and the last good one stays.
 *
 * A service does it by itself: see the option `tls` of a listener.
 *
 * @example
 * const certificates = await reloadCertificates(server, { certFile: '/tls/tls.crt', keyFile: '/tls/tls.key', log })
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, or `SEA_TLS_INVALID` when the files can't be used now
 */
export async function reloadCertificates(
  server: Pick<TlsServer, 'setSecureContext'>,
  options: ReloadCertificatesOptions,
): Promise<CertificateReloads> {
  const read = new OptionReader(options, 'reloadCertificates()')
  if (typeof server?.setSecureContext !== 'function')
    read.problem('expected a server of node:https, node:tls or http2.createSecureServer() as the first argument')
  const { files, context, pollMs, tickMs } = readTlsOptions(read)
  const resolved = {
    name: read.text('name', { fallback: 'server' }),
    log: read.value<Log>('log') ?? silentLog,
    clock: read.value<Clock>('clock') ?? systemClock,
    timeOfDay: read.callback<() => Date>('timeOfDay') ?? (() => new Date()),
    meterProvider: read.value<MeterProvider>('meterProvider'),
  }
  read.done()
  const reloader = await CertificateReloader.open({
    ...resolved,
    files,
    pollMs,
    tickMs,
    apply: (next) => server.setSecureContext({ ...context, ...next.context }),
  })
  await reloader.start()
  return reloader
}
