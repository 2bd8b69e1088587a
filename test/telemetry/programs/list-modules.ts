// Starts telemetry with the environment of the process, sends one span, and prints which packages have been loaded.
import { registerHooks } from 'node:module'

const packages = new Set<string>()
const files: string[] = []
registerHooks({
  load(url, context, nextLoad) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(url)?.[1]
    if (name !== undefined) packages.add(name)
    const file = /\/src\/telemetry\/(.*)$/.exec(url)?.[1]
    if (file !== undefined) files.push(file)
    return nextLoad(url, context)
  },
})

const { trace } = await import('@opentelemetry/api')
const { createTelemetry } = await import('../../../src/telemetry/telemetry.ts')
const afterImport = [...packages].sort()
const telemetry = createTelemetry({ serviceName: 'lists', env: process.env })
const afterCreate = [...packages].sort()
await telemetry.start()
trace.getTracer('test').startSpan('a span').end()
await telemetry.flush(200)
console.log(JSON.stringify({ afterImport, afterCreate, afterFlush: [...packages].sort(), files }))
