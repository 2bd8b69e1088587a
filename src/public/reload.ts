/**
 * `seaworthy/reload`: keeps a configuration up to date while the process runs. Whatever is wrong with a new one, the last
 * good one stays.
 *
 * @module
 */
export { createReloader, type Reloader, type ReloaderState } from '../config/reload/reloader.ts'
export type { PostCheckOptions, ReloaderOptions } from '../config/reload/reloader-options.ts'
export type { ReloadResult } from '../config/reload/reload-events.ts'
export type { ReloadOutcome } from '../config/reload/reload-metrics.ts'
export type { ReloadCheck } from '../config/reload/post-check.ts'
export type { ConfigSubscriber, ConfigUpdate } from '../config/reload/config-subscriber.ts'
export type { ConfigChange } from '../config/reload/config-diff.ts'
export type { RestartChange } from '../config/reload/classify.ts'
export type { ConfigRejection, ConfigSnapshot } from '../config/reload/config-store.ts'
export type { ReloadableConfig } from '../config/reload/reloadable-config.ts'
export type { ConfigPath } from '../config/config-path.ts'
export {
  type CertificateReloads,
  reloadCertificates,
  type ReloadCertificatesOptions,
} from '../service/tls/reload-certificates.ts'
export type { CertificateReload } from '../service/tls/certificate-reloader.ts'
export type { CertificateFacts, CertificateFiles } from '../service/tls/certificate-files.ts'
export type { FollowedCertificate, TlsContextOptions } from '../service/tls/tls-options.ts'
