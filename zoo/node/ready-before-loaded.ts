// Defect: says that it is ready in its first moment, while it still loads what it needs.
import { sail } from './base.ts'

await sail({ loadingMs: 1500, isReady: ({ isStopping }) => !isStopping })
