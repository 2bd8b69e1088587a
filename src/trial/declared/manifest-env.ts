import { childOf, itemsOf, type Placed, textOf } from './placed.ts'

/**
 * The variables of a container whose values the manifest itself holds, with `$(NAME)` put in as Kubernetes does. What comes
 * from a Secret, a ConfigMap or the pod is taken from `given`, and named in the notes, for the user to set, where it is not
 * there.
 *
 * @param given what the command gets without the manifest
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function readManifestEnv(
  container: Placed,
  given: Readonly<Record<string, string | undefined>>,
  notes: string[],
): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const item of itemsOf(childOf(container, 'env'))) {
    const name = textOf(childOf(item, 'name'))
    if (name === undefined) continue
    const from = childOf(item, 'valueFrom')
    const givenValue = given[name]
    // In its place among the others: those below it may name it.
    if (from !== undefined && givenValue !== undefined) {
      values.set(name, givenValue)
      continue
    }
    if (from !== undefined) {
      const [source] = from.kind === 'map' ? from.entries.keys() : []
      notes.push(
        `${item.where}: the value of ${name} is in a ${source ?? 'place'} and not here; set ${name} for the command if it is needed`,
      )
      continue
    }
    const value = childOf(item, 'value')
    values.set(name, value?.kind === 'leaf' ? expand(String(value.value), values) : '')
  }
  const from = childOf(container, 'envFrom')
  if (from !== undefined)
    notes.push(`${from.where}: envFrom is not read; set what the service needs of it for the command`)
  return values
}

/** `$$(NAME)` is a literal `$(NAME)`, and a name that is not known stays as it is. */
function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$?\$\(([\w.-]+)\)/g, (whole, name: string) =>
    whole.startsWith('$$') ? whole.slice(1) : (values.get(name) ?? whole),
  )
}
