// Defect: writes the whole address of each request into its span, the query included.
import { sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({ telemetry: () => stockSdk({ attributesOf: ({ url }) => ({ 'url.full': `http://shop${url}` }) }) })
