import type { DeclarationProblems } from './declaration-problems.ts'
import { childOf, itemsOf, type Placed, textOf } from './placed.ts'
import { meant } from './read-scalars.ts'

/** What of a manifest describes the service. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Pod'
  readonly name: string
  readonly spec: Placed
  readonly podSpec: Placed
  readonly container: Placed
}

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Pod'] as const

/**
 * The workload and the container of a manifest that are meant: `name`, or `name/container`, when there are several. Other
 * objects, such as Services, are passed over.
 */
export function findWorkload(
  documents: readonly Placed[],
  chosen: string | undefined,
  said: Placed,
  problems: DeclarationProblems,
  notes: string[],
): Workload | undefined {
  const [chosenName, chosenContainer] = chosen?.split('/') ?? []
  const objects = documents.flatMap((document) =>
    textOf(childOf(document, 'kind')) === 'List' ? itemsOf(childOf(document, 'items')) : [document],
  )
  const workloads = objects.flatMap((object) => {
    const kind = KINDS.find((name) => name === textOf(childOf(object, 'kind')))
    const spec = childOf(object, 'spec')
    if (kind === undefined || spec === undefined) return []
    const podSpec = kind === 'Pod' ? spec : childOf(spec, 'template', 'spec')
    const name = textOf(childOf(object, 'metadata', 'name')) ?? ''
    return podSpec === undefined ? [] : [{ kind, name, spec, podSpec, object }]
  })
  const names = workloads.map(({ name }) => name)
  const fitting =
    chosenName === undefined || chosenName === '' ? workloads : workloads.filter(({ name }) => name === chosenName)
  const [only] = fitting
  if (only === undefined) {
    if (workloads.length === 0) {
      const seen = objects.map((object) => textOf(childOf(object, 'kind')) ?? 'an object without a kind').join(', ')
      problems.add(
        said,
        `has no ${KINDS.join(', ')}${seen === '' ? '' : `; it holds ${seen}`}`,
        'Name the file with the workload.',
      )
    } else
      problems.add(
        said,
        `has no workload "${chosenName}"`,
        meant(chosenName ?? '', names) ?? `It has ${names.join(', ')}.`,
      )
    return undefined
  }
  if (fitting.length > 1) {
    problems.add(said, `has several workloads: ${names.join(', ')}`, `Name one: --manifest FILE#${names[0]}.`)
    return undefined
  }
  const container = findContainer(only.podSpec, chosenContainer, said, problems, notes)
  return container === undefined ? undefined : { ...only, container }
}

function findContainer(
  podSpec: Placed,
  chosen: string | undefined,
  said: Placed,
  problems: DeclarationProblems,
  notes: string[],
): Placed | undefined {
  const containers = itemsOf(childOf(podSpec, 'containers'))
  const names = containers.map((container) => textOf(childOf(container, 'name')) ?? '')
  if (chosen !== undefined) {
    const found = containers[names.indexOf(chosen)]
    if (found === undefined)
      problems.add(said, `has no container "${chosen}"`, meant(chosen, names) ?? `It has ${names.join(', ')}.`)
    return found
  }
  // A container that takes traffic has ports or probes; one that helps it mostly has neither.
  const isServing = (container: Placed): boolean =>
    childOf(container, 'readinessProbe') !== undefined || childOf(container, 'ports') !== undefined
  const found = containers.find(isServing) ?? containers[0]
  if (found === undefined) problems.add(podSpec, 'has no containers')
  else if (containers.length > 1) {
    notes.push(
      `${found.where}: of the containers ${names.join(', ')}, ${textOf(childOf(found, 'name'))} is the one under trial`,
    )
  }
  return found
}
