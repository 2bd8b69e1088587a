// Defect: its port is written into the code.
import { sail } from './base.ts'

await sail({ port: () => 18_439 })
