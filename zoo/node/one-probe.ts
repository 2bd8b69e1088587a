// Defect: one path for both probes: a service that is not ready is restarted.
import { sail } from './base.ts'

await sail({ probePaths: { ready: '/healthz', live: '' } })
