// Defect: says that it is ready when no request can succeed.
import { sail } from './base.ts'
import { WITH_STOCK } from './stock-client.ts'

await sail({ ...WITH_STOCK, isReady: ({ isLoaded, isStopping }) => isLoaded && !isStopping })
