// Defect: ends in the moment of the signal, and takes what is in flight with it.
import { sail } from './base.ts'

await sail({ stop: () => process.exit(0) })
