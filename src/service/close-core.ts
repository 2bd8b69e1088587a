import type { Environment } from '../core/env-reader.ts'
import { toReportFields } from '../lifecycle/report-fields.ts'
import { type ShutdownReport, summarise } from '../lifecycle/shutdown-report.ts'
import { writeTerminationLog } from '../lifecycle/termination-log.ts'
import type { ServiceCore } from './service-core.ts'

export interface CloseOptions {
  readonly name: string
  readonly env: Environment
  /**
   * The margin of the budget: what the report and the end of the log may take. They keep to its first half, because the
   * watchdog may need the second.
   */
  readonly limitMs: number
}

/** The last phase: what answered until now closes, and the report is the last line of the log. */
export async function closeCore(core: ServiceCore, report: ShutdownReport, options: CloseOptions): Promise<void> {
  const { logging, admin, telemetry } = core
  core.endLogExport()
  const text = `${options.name} ${summarise(report)}`
  writeTerminationLog(options.env, text, report)
  await admin?.close(options.limitMs / 8)
  // Not before: a scrape that is under way is to find all that is observed.
  telemetry?.uninstall()
  // Lines that still wait go first; if the reader is too slow for them, the report is written all the same.
  await logging.flush(options.limitMs / 4)
  const level = report.clean ? 'info' : 'error'
  logging.writeLastWords({ shutdown: toReportFields(report) }, text, { level })
}

/** Makes room for the core of another service. What is recorded is delivered beside it, and nobody waits for that. */
export function abandonCore(core: ServiceCore): void {
  const { budget, telemetry } = core
  core.endLogExport()
  void telemetry?.flush(budget.flushMs)
  telemetry?.uninstall()
}
