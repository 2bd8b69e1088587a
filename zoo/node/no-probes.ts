// Defect: has no probes.
import { sail } from './base.ts'

await sail({ probePaths: { ready: '', live: '' } })
