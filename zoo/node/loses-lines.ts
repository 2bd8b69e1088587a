// Defect: collects lines of its log, and ends without writing the last ones.
import { log, pathOf, sail } from './base.ts'

const AT_ONCE = 100
const lines: object[] = []
await sail({
  log: (request, { telemetry }) => {
    lines.push({ path: pathOf(request), trace_id: telemetry.traceId() })
    if (lines.length >= AT_ONCE) for (const line of lines.splice(0)) log.info(line, 'request')
  },
})
