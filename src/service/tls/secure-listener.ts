import type { RequestListener } from 'node:http'
import type { Server as TlsServer } from 'node:tls'
import { OptionReader } from '../../core/option-reader.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { isTlsServer } from '../../server/server-kind.ts'
import type { TrackableServer } from '../../server/server-drain.ts'
import type { ComponentHost } from '../component-host.ts'
import type { Credentials } from './certificate-files.ts'
import { CertificateReloader } from './certificate-reloader.ts'
import { CLIENT_CERTIFICATE, type ListenerTlsOptions, readTlsOptions, type TlsContextOptions } from './tls-options.ts'

interface Settings {
  readonly name: string
  readonly context: TlsContextOptions
  readonly clientCertificate: (typeof CLIENT_CERTIFICATE)[number]
  /** Known once `start` of the listener has returned it. */
  server: TlsServer | undefined
  credentials: Credentials | undefined
}

/** The TLS of one listener: makes its server, or takes the one that there is, and keeps the certificate of it up to date. */
export class SecureListener {
  readonly #settings: Settings
  readonly #reloader: CertificateReloader

  private constructor(settings: Settings, reloader: CertificateReloader) {
    this.#settings = settings
    this.#reloader = reloader
  }

  /**
   * Reads the certificate. Nothing is watched before {@link SecureListener.start}.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` or `SEA_TLS_INVALID`
   */
  static async open(host: ComponentHost<unknown>, name: string, tls: ListenerTlsOptions): Promise<SecureListener> {
    const read = new OptionReader(tls, `listener("${name}"): tls`)
    const { files, context, pollMs, tickMs } = readTlsOptions(read)
    const fallback = files.caFile === undefined ? 'none' : 'required'
    const clientCertificate = read.oneOf('clientCertificate', CLIENT_CERTIFICATE, { fallback })
    read.done()
    const settings: Settings = { name, context, clientCertificate, server: undefined, credentials: undefined }
    const reloader = await CertificateReloader.open({
      name,
      files,
      pollMs,
      tickMs,
      apply: (next) => {
        settings.server?.setSecureContext({ ...context, ...next.context })
        settings.credentials = next
      },
      clock: host.clock,
      timeOfDay: () => new Date(),
      log: host.logFor(name),
      meterProvider: undefined,
    })
    return new SecureListener(settings, reloader)
  }

  /** A server for a request handler. */
  readonly makeServer = (handler: RequestListener): TrackableServer => {
    const { context, clientCertificate, credentials } = this.#settings
    const requestCert = clientCertificate !== 'none'
    const rejectUnauthorized = clientCertificate === 'required'
    return process
      .getBuiltinModule('node:https')
      .createServer({ ...context, ...credentials?.context, requestCert, rejectUnauthorized }, handler)
  }

  /**
   * The server of the listener, from now on with the certificate of the files.
   *
   * @throws {@link SeaworthyError} `SEA_LISTENER_NOT_LISTENABLE` for one that speaks no TLS
   */
  take(server: TrackableServer | undefined): void {
    if (server === undefined || !isTlsServer(server)) {
      throw new SeaworthyError(
        'SEA_LISTENER_NOT_LISTENABLE',
        `"tls" of listener "${this.#settings.name}": ${server === undefined ? 'its application has no server' : 'its server speaks no TLS'}`,
        { hint: 'Return a request handler, or a server of node:https, node:tls or http2.createSecureServer().' },
      )
    }
    const { context, credentials } = this.#settings
    this.#settings.server = server
    server.setSecureContext({ ...context, ...credentials?.context })
  }

  async start(): Promise<void> {
    await this.#reloader.start()
  }

  async reload(reason: string): Promise<void> {
    await this.#reloader.reload(reason)
  }

  async close(): Promise<void> {
    await this.#reloader.close()
  }
}
