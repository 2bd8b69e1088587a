// Defect: writes the headers of each request into its log.
import { log, pathOf, sail } from './base.ts'

await sail({
  log: (request, { telemetry }) =>
    log.info({ path: pathOf(request), headers: request.headers, trace_id: telemetry.traceId() }, 'request'),
})
