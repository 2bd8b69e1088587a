import type { BadValue } from './declared.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import { findUnknownPlaces, SERVICE_PLACES } from './fill-places.ts'
import { kindOf, type Placed } from './placed.ts'

/** A name and its value, where it was said. The value may be a secret. */
export interface Pair {
  readonly name: string
  /** Absent when only the name was said. */
  readonly value?: string
  readonly node: Placed
}

export interface PairRule {
  readonly separator: '=' | ':'
  readonly name: RegExp
  /** What a pair looks like, for messages: `NAME=VALUE`. */
  readonly form: string
  readonly mayLackValue?: boolean
}

export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_.]*$/

/** Pairs of a map, of a list of texts, or of one text. Values are never shown. */
export function readPairs(node: Placed, rule: PairRule, problems: DeclarationProblems): readonly Pair[] {
  if (node.kind === 'list') return node.items.flatMap((item) => readPairs(item, rule, problems))
  const pairs: Pair[] = []
  if (node.kind === 'map') {
    for (const [name, item] of node.entries) {
      if (item.kind !== 'leaf') problems.add(item, `is ${kindOf(item)}, expected a text`)
      else if (item.value !== null) pairs.push({ name, value: String(item.value), node: item })
      else if (rule.mayLackValue === true) pairs.push({ name, node: item })
      else problems.add(item, 'has no value')
    }
  } else if (typeof node.value !== 'string') {
    problems.add(node, `is ${kindOf(node)}, expected ${rule.form}`)
  } else {
    const at = node.value.indexOf(rule.separator)
    if (at < 0 && rule.mayLackValue === true) pairs.push({ name: node.value.trim(), node })
    // What has no separator may be a secret as a whole.
    else if (at < 0) problems.add(node, `has no "${rule.separator}", expected ${rule.form}`)
    else pairs.push({ name: node.value.slice(0, at).trim(), value: node.value.slice(at + 1), node })
  }
  return pairs.filter(({ name, node: { key, where } }) => {
    if (rule.name.test(name)) return true
    problems.add({ key, where }, `names "${name.slice(0, 60)}", expected ${rule.form}`)
    return false
  })
}

/** Variables for a process, with their places checked. */
export function readEnv(
  node: Placed,
  problems: DeclarationProblems,
  places: readonly string[] = SERVICE_PLACES,
): readonly Pair[] {
  const pairs = readPairs(node, { separator: '=', name: VARIABLE, form: 'NAME=VALUE' }, problems)
  for (const { name, value = '', node: place } of pairs) {
    for (const unknown of findUnknownPlaces(value, places)) {
      problems.add(
        place,
        `gives ${name} the place {${unknown.name}}, which there is not`,
        `Did you mean "{${unknown.meant}}"?`,
      )
    }
  }
  return pairs
}

/** Headers of requests, with their names in lower case. */
export function readHeaders(node: Placed, problems: DeclarationProblems): readonly Pair[] {
  const rule: PairRule = { separator: ':', name: /^[\w!#$%&'*+.^`|~-]+$/, form: '"Name: value"' }
  return readPairs(node, rule, problems).flatMap(({ name, value = '', node: place }) => {
    if (!/[\r\n]/.test(value)) return [{ name: name.toLowerCase(), value: value.trim(), node: place }]
    problems.add(place, `gives the header ${name} a value of several lines`)
    return []
  })
}

/** Variables with which the service must refuse to start. */
export function readBadValues(node: Placed, problems: DeclarationProblems): readonly BadValue[] {
  const rule: PairRule = { separator: '=', name: VARIABLE, form: 'NAME=VALUE or NAME', mayLackValue: true }
  return readPairs(node, rule, problems).map(({ name, value }) => ({
    variable: name,
    value,
    why: value === undefined ? `${name} is missing` : `${name} has a value that was said to be bad`,
  }))
}
