import type { Facts } from '../facts.ts'

const JAVA = 'A JVM fills its heap before it collects: run it with -Xmx at half of the limit and say --memory-limit.'
const OTHERS =
  'A runtime like this one lets garbage lie for long, and could not be made to collect: look at its own figures of the heap.'

/**
 * Why the resident memory of a service tells no leak; `undefined` where it does. A heap that may grow up to a limit is let
 * grow by who manages it, at an even pace.
 */
export function lazyCollectorOf({ telemetry, command, memoryLimitBytes }: Facts): string | undefined {
  const name = command[0]?.split('/').at(-1) ?? ''
  if (telemetry.language === 'java' || /^(?:java|mvnw?|gradlew?|sbt)$/.test(name))
    return memoryLimitBytes === undefined ? JAVA : undefined
  const isLazy = /^(?:nodejs|dotnet)$/.test(telemetry.language ?? '') || /^(?:node|npm|npx|bun|deno|dotnet)$/.test(name)
  return isLazy ? OTHERS : undefined
}
