// Defect: has no telemetry.
import { sail } from './base.ts'
import { NO_TELEMETRY } from './telemetry.ts'

await sail({ telemetry: () => NO_TELEMETRY })
