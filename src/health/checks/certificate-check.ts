import type { X509Certificate } from 'node:crypto'
import type { Duration } from '../../core/duration.ts'
import { OptionReader } from '../../core/option-reader.ts'
import type { HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { defineCheck, degraded, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { certificatesInFile } from './certificates-in-file.ts'
import { presentedCertificates } from './presented-certificates.ts'
import { addressOf } from './tcp-check.ts'

/** Which certificates are looked at: those of a file, or those that a server shows. */
export interface CertificateSourceOptions {
  /** A file with one or several certificates as PEM, read anew at each run. */
  readonly file?: string
  /** `host:port`, or a URL; the port is 443 by default. */
  readonly server?: string
  /** The name that the server is asked for (SNI). @default the host */
  readonly servername?: string
}

/** When a certificate is about to end. */
export interface CertificateCheckOptions extends ReadyCheckOptions {
  /**
   * How long before its end it is degraded: 0 to 10 years.
   *
   * @default "30d", but no more than a quarter of the time it is valid for: what is renewed after two thirds, as most
   * issuers do, is never degraded
   */
  readonly degradedBefore?: Duration
  /** How long before its end the message says that it is urgent: 0 to 10 years. @default "15d", and half of the above */
  readonly urgentBefore?: Duration
  /** The time of day. @default the system's */
  readonly timeOfDay?: () => Date
}

interface Settings {
  readonly where: string
  readonly read: (signal: AbortSignal) => Promise<readonly X509Certificate[]>
  /** Negative: not said. */
  readonly degradedBeforeMs: number
  readonly urgentBeforeMs: number
  readonly timeOfDay: () => Date
}

const DAY_MS = 86_400_000
const TEN_YEARS_MS = 3650 * DAY_MS

/**
 * A check that certificates are valid for some time to come: degraded when one ends soon, unhealthy when it has ended or
 * has not begun. It looks at nothing else: whether anybody trusts it, and for which name, is not asked.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 *
 * @example
 * service.check(certificateCheck({ file: '/tls/tls.crt' }, { critical: false, interval: '10m' }))
 */
export function certificateCheck(
  source: CertificateSourceOptions,
  options: CertificateCheckOptions = {},
): HealthCheckDefinition {
  return defineCheck('certificateCheck()', options, (read) => {
    const from = readSource(read, source)
    const beforeMs = { fallback: -1, min: 0, max: TEN_YEARS_MS }
    const settings: Settings = {
      ...from,
      degradedBeforeMs: read.duration('degradedBefore', beforeMs),
      urgentBeforeMs: read.duration('urgentBefore', beforeMs),
      timeOfDay: read.callback<() => Date>('timeOfDay') ?? (() => new Date()),
    }
    return {
      name: from.where,
      run: async ({ signal }) => {
        try {
          const certificates = await settings.read(signal)
          return certificates.length === 0
            ? unhealthy(`${from.where}: there is no certificate`)
            : judge(settings, certificates)
        } catch (error) {
          return failed(from.where, error)
        }
      },
    }
  })
}

function readSource(read: OptionReader, source: unknown): Pick<Settings, 'where' | 'read'> {
  const inner = new OptionReader(source, 'the first argument')
  const file = inner.text('file', { fallback: '' })
  const server = inner.text('server', { fallback: '' })
  const servername = inner.text('servername', { fallback: '' })
  if ((file === '') === (server === '')) inner.problem('expected either "file" or "server"')
  const address = addressOf(server.includes('://') ? server : `https://${server}`, { 'https:': 443 })
  if (server !== '' && address === undefined) inner.problem('"server" names no host and port')
  read.include(inner)
  if (server === '') return { where: `certificate ${file}`, read: (signal) => certificatesInFile(file, signal) }
  const { host, port } = address ?? { host: 'localhost', port: 443 }
  return {
    where: `certificate of ${host}:${port}`,
    read: (signal) => presentedCertificates({ host, port, servername: servername || host }, signal),
  }
}

/** The one that ends first decides. */
function judge(of: Settings, certificates: readonly X509Certificate[]): HealthCheckResult {
  const now = of.timeOfDay().getTime()
  let worst: { readonly endsAt: number; readonly lifeMs: number; readonly subject: string } | undefined
  for (const certificate of certificates) {
    const beginsAt = Date.parse(certificate.validFrom)
    const endsAt = Date.parse(certificate.validTo)
    const subject = subjectOf(certificate)
    if (beginsAt > now) return unhealthy(`${of.where}: ${subject} is valid only from ${day(beginsAt)}`)
    if (worst === undefined || endsAt < worst.endsAt) worst = { endsAt, lifeMs: endsAt - beginsAt, subject }
  }
  if (worst === undefined) return HEALTHY
  const leftMs = worst.endsAt - now
  if (leftMs <= 0) return unhealthy(`${of.where}: ${worst.subject} has ended on ${day(worst.endsAt)}`)
  const degradedBeforeMs = of.degradedBeforeMs >= 0 ? of.degradedBeforeMs : Math.min(30 * DAY_MS, worst.lifeMs / 4)
  if (leftMs > degradedBeforeMs) return HEALTHY
  const urgentBeforeMs = of.urgentBeforeMs >= 0 ? of.urgentBeforeMs : Math.min(15 * DAY_MS, degradedBeforeMs / 2)
  const urgent = leftMs <= urgentBeforeMs ? 'urgent: ' : ''
  return degraded(`${of.where}: ${urgent}${worst.subject} ends in ${daysLeft(leftMs)}, on ${day(worst.endsAt)}`)
}

function daysLeft(leftMs: number): string {
  const days = Math.floor(leftMs / DAY_MS)
  if (days === 0) return `${Math.ceil(leftMs / 3_600_000)} h`
  return days === 1 ? '1 day' : `${days} days`
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** The common name, or what there is of a name, in one line. */
function subjectOf({ subject, subjectAltName }: X509Certificate): string {
  const line = /^CN=(.*)$/m.exec(subject ?? '')?.[1] ?? subjectAltName ?? 'a certificate without a name'
  return JSON.stringify(line.slice(0, 100))
}
