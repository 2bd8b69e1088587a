import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type ConfigPath, isWithin } from './config-path.ts'
import { type ConfigNode, nodeAt, treeAt, treeOf, valueOf } from './config-tree.ts'
import type { VariableText } from './environment-variables.ts'
import { askSchema, type SchemaResult } from './schema-result.ts'
import type { SchemaShape } from './schema-shape.ts'
import { possibleValues } from './text-values.ts'

interface Choice {
  readonly variable: VariableText
  readonly values: readonly unknown[]
  /** Which of `values`. */
  index: number
  /** Stands in for the value while the schema is tried out. */
  standIn?: string
}

export interface TypedVariables {
  readonly trees: readonly ConfigNode[]
  /** Those that the schema takes for true whatever they say, and that say neither true nor false. */
  readonly notBoolean: readonly VariableText[]
}

/**
 * Gives the texts of variables their types, and returns one tree per variable. Where the schema names the type, that
 * decides. Otherwise the schema is asked: of the meanings a text can have, the first about which it complains least.
 * When it takes none, the text stays, and the schema's complaint about it is reported.
 *
 * @param compose the whole configuration with these trees as its environment
 */
export async function typeVariables(
  variables: readonly VariableText[],
  schema: StandardSchemaV1,
  shape: SchemaShape,
  compose: (trees: readonly ConfigNode[]) => ConfigNode,
): Promise<TypedVariables> {
  const choices = variables.map<Choice>((variable) => {
    return { variable, values: possibleValues(variable.text, shape.typesAt(variable.path)), index: 0 }
  })
  const root = compose(choices.map(toTree))
  // What an override hides needs no type.
  const effective = choices.filter(({ variable }) => nodeAt(root, variable.path)?.origin === variable.origin)
  const ask = (): Promise<SchemaResult> => askSchema(schema, valueOf(compose(choices.map(toTree))))
  const open = effective.filter(({ values }) => values.length > 1)
  if (open.length > 0) await choose(open, ask)
  const notBoolean = await findTruthyTexts(effective, ask)
  return { trees: choices.map(toTree), notBoolean: notBoolean.map(({ variable }) => variable) }
}

async function choose(open: readonly Choice[], ask: () => Promise<SchemaResult>): Promise<void> {
  await chooseStart(open, ask)
  for (const choice of open) {
    const complaints: number[] = []
    for (const index of choice.values.keys()) {
      choice.index = index
      complaints.push(complaintsAt(choice.variable.path, await ask()))
    }
    choice.index = complaints.indexOf(Math.min(...complaints))
  }
  await preferBooleans(open, ask)
}

/** In an alternative of objects one right value among wrong ones changes nothing: so all texts or all typed at first. */
async function chooseStart(open: readonly Choice[], ask: () => Promise<SchemaResult>): Promise<void> {
  const asTexts = (await ask()).issues?.length ?? 0
  for (const choice of open) choice.index = 1
  const asTyped = (await ask()).issues?.length ?? 0
  if (asTexts <= asTyped) for (const choice of open) choice.index = 0
}

/**
 * A schema that takes anything and makes a boolean of it takes "false" for true. Where the result is a boolean and the
 * text says true or false, the schema gets a boolean.
 */
async function preferBooleans(open: readonly Choice[], ask: () => Promise<SchemaResult>): Promise<void> {
  const result = await ask()
  if (result.issues !== undefined) return
  for (const choice of open) {
    const chosen = choice.index
    const index = choice.values.findIndex((value) => typeof value === 'boolean')
    if (index === -1 || typeof resultAt(result.value, choice.variable.path) !== 'boolean') continue
    choice.index = index
    if ((await ask()).issues !== undefined) choice.index = chosen
  }
}

/**
 * The other side of it: such a schema also takes "fals" and "no" for true. A schema that looks at the text (`yes` is true,
 * all else is false) is told apart by what it makes of nonsense.
 */
async function findTruthyTexts(
  choices: readonly Choice[],
  ask: () => Promise<SchemaResult>,
): Promise<readonly Choice[]> {
  const truthy: Choice[] = []
  const isTrue = async ({ variable }: Choice): Promise<boolean> => {
    const { issues, ...result } = await ask()
    return issues === undefined && 'value' in result && resultAt(result.value, variable.path) === true
  }
  for (const choice of choices) {
    const value = choice.values[choice.index]
    if (typeof value !== 'string' || /^\s*true\s*$/i.test(value) || !(await isTrue(choice))) continue
    choice.standIn = 'neither true nor false'
    if (await isTrue(choice)) truthy.push(choice)
    delete choice.standIn
  }
  return truthy
}

/** Complaints about the value itself or about something that it is a part of. */
function complaintsAt(path: ConfigPath, result: SchemaResult): number {
  return (result.issues ?? []).filter((issue) => isWithin(path, issue.path)).length
}

function resultAt(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const key of path) {
    found = typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>)[key] : undefined
  }
  return found
}

function toTree({ variable, values, index, standIn }: Choice): ConfigNode {
  return treeAt(variable.path, treeOf(standIn ?? values[index], variable.origin))
}
