// Nothing but the metrics of the runtime.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

await new Promise((resolve) => setTimeout(resolve, 100))
setFlagsFromString('--expose-gc')
runInNewContext('gc')()
await new Promise((resolve) => setTimeout(resolve, 100))
