// Defect: a stop that went well ends with exit code 1.
import { sail, stopInOrder } from './base.ts'

process.once('exit', () => (process.exitCode = 1))
await sail({ stop: stopInOrder })
