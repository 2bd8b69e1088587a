// Defect: nobody handles SIGTERM. A process ends at once then; process 1 of a container never.
import { sail } from './base.ts'

await sail({ stop: undefined })
