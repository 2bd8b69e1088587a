// Defect: readiness says yes to the end.
import { sail } from './base.ts'

await sail({ isReady: ({ isLoaded }) => isLoaded })
