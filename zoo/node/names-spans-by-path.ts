// Defect: each path that is asked for is a name of spans of its own.
import { pathOf, sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({ telemetry: () => stockSdk({ nameOf: (request) => `GET ${pathOf(request)}` }) })
