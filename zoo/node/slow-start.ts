// Defect: takes twice the time to start that its owner has declared.
import { sail } from './base.ts'

await sail({ loadingMs: 4000 })
