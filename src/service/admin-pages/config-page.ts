import { renderConfigReport } from '../../config/config-report.ts'
import type { ConfigReport } from '../../config/config-report.ts'
import type { AdminRoute } from '../../server/admin-route.ts'
import type { ServiceCore } from '../service-core.ts'
import { jsonOrText } from './json-or-text.ts'

/** Where the admin port tells the configuration; `seaworthy config explain --url` asks there. */
export const CONFIG_PATH = '/-/config'

/** The page with the configuration in force: its generation, where it came from, what waits, and every value, redacted. */
export function configPage(name: string, core: ServiceCore): AdminRoute {
  return {
    access: 'private',
    answer: (request) => {
      const report = toReport(name, core)
      return jsonOrText(request, report, () => renderConfigReport(report))
    },
  }
}

function toReport(service: string, { config, reloader }: ServiceCore): ConfigReport {
  if (reloader === undefined) {
    return { service, generation: 1, reloads: false, files: config.files, pendingRestart: [], values: config.explain() }
  }
  const { generation, hash, at, trigger, files, trialUntil, lastRejection, pendingRestart } = reloader.state
  return {
    service,
    generation,
    reloads: true,
    hash,
    at,
    trigger,
    files,
    ...(trialUntil === undefined ? {} : { trialUntil }),
    ...(lastRejection === undefined ? {} : { lastRejection }),
    pendingRestart: pendingRestart.map(({ name, kind, because }) => ({ path: name, kind, because })),
    values: reloader.explain(),
  }
}
