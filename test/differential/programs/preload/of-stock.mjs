import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The packages of the stock SDK, as those of the meta package see them: only that one is a dependency of the tests. */
const require = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/auto-instrumentations-node'))
const requireOfInstrumentations = createRequire(require.resolve('@opentelemetry/instrumentation'))

export const ofStock = (name) => require(name)

/** What a service of ES modules needs before anything is imported, as the README of the package says. */
export async function seeModules() {
  const hooks = pathToFileURL(requireOfInstrumentations.resolve('import-in-the-middle/register-hooks.mjs'))
  const { register } = await import(hooks.href)
  register()
}

/** The instrumentations that the program is run with: `http`, `express`, … */
export function instrumentations() {
  const names = (process.env['DIFFERENTIAL_INSTRUMENTATIONS'] ?? '').split(',').filter((name) => name !== '')
  return names.map((name) => {
    // Fastify's is published by its own project, and registers itself as its page says.
    if (name === 'fastify')
      return new (createRequire(import.meta.url)('@fastify/otel'))({ registerOnInitialization: true })
    const classes = Object.entries(ofStock(`@opentelemetry/instrumentation-${name}`))
    const [, Instrumentation] = classes.find(([exported]) => exported.endsWith('Instrumentation'))
    return new Instrumentation()
  })
}
