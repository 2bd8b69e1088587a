// Defect: nobody handles SIGHUP: whoever means "read your configuration again" kills it.
import { sail } from './base.ts'

await sail({ also: () => void process.removeAllListeners('SIGHUP') })
