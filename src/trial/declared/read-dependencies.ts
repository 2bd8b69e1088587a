import { didYouMean } from '../../core/nearest-name.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import type { DeclaredDependency, DependencyStart } from './declared.ts'
import { DEPENDENCY_PLACES } from './fill-places.ts'
import { childOf, kindOf, type Placed, type PlacedMap } from './placed.ts'
import { readCommand } from './read-command.ts'
import { type PairRule, readEnv, readPairs, VARIABLE } from './read-pairs.ts'
import { meant, readText } from './read-scalars.ts'

const RULE: PairRule = { separator: '=', name: /^[\w.-]+$/, form: 'NAME=VARIABLE, such as db=DATABASE_URL' }
const PARTS = ['variable', 'address', 'command', 'env']

/** Dependencies, their variables, and what starts them where the trial has to. */
export function readDependencies(
  node: Placed,
  known: readonly string[],
  problems: DeclarationProblems,
): readonly DeclaredDependency[] {
  if (node.kind === 'list') return node.items.flatMap((item) => readDependencies(item, known, problems))
  if (node.kind !== 'map') return readShort(node, known, problems)
  return [...node.entries].flatMap(([name, entry]) => {
    if (entry.kind !== 'map') return readShort({ ...node, entries: new Map([[name, entry]]) }, known, problems)
    if (RULE.name.test(name)) return readLong(name, entry, known, problems)
    problems.add(entry, `names "${name.slice(0, 60)}", expected a name such as db`)
    return []
  })
}

function readShort(node: Placed, known: readonly string[], problems: DeclarationProblems): DeclaredDependency[] {
  return readPairs(node, RULE, problems).flatMap(({ name, value = '', node: place }) => {
    const told = readVariables(name, value, place, problems)
    if (told === undefined || !areSet(told, known, place, problems)) return []
    return [{ name, ...told }]
  })
}

function readLong(
  name: string,
  node: PlacedMap,
  known: readonly string[],
  problems: DeclarationProblems,
): DeclaredDependency[] {
  for (const [part, entry] of node.entries)
    if (!PARTS.includes(part)) problems.add(entry, 'is not a part of a dependency', meant(part, PARTS))
  const variable = childOf(node, 'variable')
  if (variable === undefined) {
    problems.add(node, 'has no variable', 'Name the variable that says where it is: "variable: DATABASE_URL".')
    return []
  }
  const text = readText(variable, problems)
  const told = text === undefined ? undefined : readVariables(name, text, variable, problems)
  if (told === undefined) return []
  if (childOf(node, 'command') === undefined) {
    for (const part of ['address', 'env'] as const) {
      const entry = childOf(node, part)
      if (entry !== undefined)
        problems.add(entry, 'is of use only with a command', 'Add "command", or set the variable by "env" of the file.')
    }
    return areSet(told, known, variable, problems) ? [{ name, ...told }] : []
  }
  const start = readStart(node, told, problems)
  return start === undefined ? [] : [{ name, ...told, start }]
}

type Variables = Pick<DeclaredDependency, 'variable' | 'portVariable'>

/** One variable, or that of the host and that of the port. */
function readVariables(
  name: string,
  text: string,
  place: Placed,
  problems: DeclarationProblems,
): Variables | undefined {
  const [variable = '', portVariable, ...more] = text.split(',').map((word) => word.trim())
  const all = portVariable === undefined ? [variable] : [variable, portVariable]
  if (more.length > 0 || !all.every((word) => VARIABLE.test(word))) {
    problems.add(place, `says no variable for ${name}, expected ${RULE.form}`, 'Name the variable, not its value.')
    return undefined
  }
  return portVariable === undefined ? { variable } : { variable, portVariable }
}

function areSet(
  { variable, portVariable }: Variables,
  known: readonly string[],
  place: Placed,
  problems: DeclarationProblems,
): boolean {
  const missing = [variable, portVariable].filter((name) => name !== undefined).filter((name) => !known.includes(name))
  for (const name of missing) {
    problems.add(
      place,
      `names the variable ${name}, which is not set`,
      didYouMean(name, known) || `Set it for the command, or say it: --env ${name}=…`,
    )
  }
  return missing.length === 0
}

function readStart(
  node: PlacedMap,
  { variable, portVariable }: Variables,
  problems: DeclarationProblems,
): DependencyStart | undefined {
  const commandNode = childOf(node, 'command')
  const command = commandNode === undefined ? undefined : readCommand(commandNode, problems)
  const addressNode = childOf(node, 'address')
  const env = childOf(node, 'env')
  const pairs = env === undefined ? [] : readEnv(env, problems, DEPENDENCY_PLACES)
  if (addressNode === undefined && portVariable === undefined) {
    problems.add(
      node,
      'has a command and no address',
      `Add what ${variable} holds then, such as "address: http://127.0.0.1:{port}".`,
    )
    return undefined
  }
  const address = addressNode === undefined ? '127.0.0.1:{port}' : readText(addressNode, problems)
  if (command === undefined || address === undefined) return undefined
  if (!address.includes('{port}')) {
    problems.add(
      addressNode ?? node,
      `is ${kindOf(addressNode ?? node)} without {port}`,
      'The trial chooses a free port: write {port} in its place, here and where the command is told it.',
    )
    return undefined
  }
  return { command, address, env: Object.fromEntries(pairs.map(({ name, value = '' }) => [name, value])) }
}
