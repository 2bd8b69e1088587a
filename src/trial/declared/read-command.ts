import type { Placed } from './placed.ts'
import { type Read, shown } from './read-scalars.ts'

/** What only a shell understands: quotes, variables, redirections, and what joins commands. */
const FOR_A_SHELL = /["'`$\\|&;<>()*?~]/

/** A command and its arguments: a list of words, or a text in which blanks are between them. No shell reads it. */
export const readCommand: Read<readonly string[]> = (node, problems) => {
  if (node.kind === 'list') {
    const words = node.items.flatMap((item) => wordOf(item) ?? [])
    if (words.length > 0 && words.length === node.items.length && words[0] !== '') return words
  } else if (node.kind === 'leaf' && typeof node.value === 'string' && node.value.trim() !== '') {
    if (!FOR_A_SHELL.test(node.value)) return node.value.trim().split(/\s+/)
    problems.add(node, 'has signs that are for a shell, and none reads it', 'Write it as a list: [node, server.js].')
    return undefined
  }
  problems.add(node, `is ${shown(node)}, expected a command`, 'Write it as a list: [node, server.js].')
  return undefined
}

function wordOf(node: Placed): string | undefined {
  const value = node.kind === 'leaf' ? node.value : undefined
  return value === null || value === undefined ? undefined : String(value)
}
