import type { Environment } from '../core/env-reader.ts'
import { type ShutdownReport, summarise, toReportFields, wasAsked } from '../lifecycle/shutdown-report.ts'
import { writeTerminationLog } from '../lifecycle/termination-log.ts'
import type { ServiceCore } from './service-core.ts'

export interface CloseOptions {
  readonly name: string
  readonly env: Environment
  /** The margin of the budget: what the report and the end of the log may take. */
  readonly limitMs: number
}

/** The last phase: the report, then what answered and spoke until now. The log is the very last to close. */
export async function closeCore(core: ServiceCore, report: ShutdownReport, options: CloseOptions): Promise<void> {
  const { logging, admin, telemetry } = core
  core.endLogExport()
  telemetry?.uninstall()
  const text = `${options.name} ${summarise(report)}`
  logging.log[report.clean && wasAsked(report.reason) ? 'info' : 'error']({ shutdown: toReportFields(report) }, text)
  writeTerminationLog(options.env, text, report)
  await admin?.close(options.limitMs / 4)
  await logging.flush(options.limitMs / 2)
  logging.close()
}
