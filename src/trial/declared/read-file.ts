import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DeclarationProblems } from './declaration-problems.ts'
import { DECLARED_FILE, type DeclaredKey, FILE_KEYS, isFileKey } from './options.ts'
import { childOf, type Placed } from './placed.ts'
import { parsePlacedYaml } from './placed-yaml.ts'
import { meant } from './read-scalars.ts'

/** What `seaworthy.trial.yaml` says, by key; nothing when there is no such file. */
export async function readDeclaredFile(
  cwd: string,
  problems: DeclarationProblems,
): Promise<ReadonlyMap<DeclaredKey, Placed>> {
  const said = new Map<DeclaredKey, Placed>()
  const text = await readFile(resolve(cwd, DECLARED_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string') {
    if (text.code !== 'ENOENT')
      problems.add({ key: '', where: DECLARED_FILE }, `can't be read (${text.code ?? 'error'})`)
    return said
  }
  const [document, second] = parsePlacedYaml(text, DECLARED_FILE, problems)
  if (second !== undefined) problems.add({ key: '', where: second.where }, 'begins a second document', 'Keep one.')
  if (document === undefined || (document.kind === 'leaf' && document.value === null)) return said
  if (document.kind !== 'map') {
    problems.add({ key: '', where: document.where }, 'holds no keys', 'Write "port: 8080", one key a line.')
    return said
  }
  for (const [name, entry] of document.entries) {
    if (!isFileKey(name)) {
      problems.add(entry, 'is not a key of this file', meant(name, FILE_KEYS))
    } else if (childOf(document, name) !== undefined) said.set(name, entry)
  }
  return said
}
