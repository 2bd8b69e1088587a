import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { onTestFinished } from 'vitest'

/** As on a machine where the watches of the user are used up, until the test ends. */
export function refuseWatches(): void {
  const { watch } = fs
  const put = (next: typeof watch): void => {
    fs.watch = next
    syncBuiltinESMExports()
  }
  onTestFinished(() => put(watch))
  put(() => {
    throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' })
  })
}
