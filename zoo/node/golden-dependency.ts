// Golden: depends on the stock, over HTTP.
import { sail } from './base.ts'
import { WITH_STOCK } from './stock-client.ts'

await sail(WITH_STOCK)
