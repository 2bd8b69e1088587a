// Defect: without its dependency it ends, with 0 and without a word.
import { isStockThere, WITH_STOCK } from './stock-client.ts'
import { sail, type Ship } from './base.ts'

await sail({
  ...WITH_STOCK,
  async beforeListening() {
    if (!(await isStockThere({ isStopping: false } as Ship))) process.exit(0)
  },
})
