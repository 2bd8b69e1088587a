// Preloaded with `node --import` into a process under test: writes the URL of every module that the process loads to
// the file named by RECORD_IMPORTS, one a line. Plain JavaScript, because it also runs on Node 22.
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const file = process.env.RECORD_IMPORTS

registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(file, `${url}\n`)
    return nextLoad(url, context)
  },
})
