// Defect: each path that is asked for is a series of its own.
import { pathOf, sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({ telemetry: () => stockSdk({ measuredBy: (request) => ({ 'url.path': pathOf(request) }) }) })
