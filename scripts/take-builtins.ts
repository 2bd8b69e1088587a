const NAMED = /^import \{([^}]*)\} from "(node:[\w/]+)";$/gm
const WHOLE = /^import (\w+) from "(node:[\w/]+)";$/gm
const LEFT = /^(?:import|export)\b.*"node:[\w/]+";?$/m

/**
 * The code of a chunk with Node's own modules taken by `process.getBuiltinModule()` instead of imported. `import` reads
 * every export of a module, and reading some loads what they stand for: `fs.promises`, `crypto.webcrypto`, `util.diff`,
 * and with `node:http` all of `fetch`, HTTP/2 and TLS, in services that use none of it.
 *
 * @throws Error for a form of import or export that the bundler has not written until now
 */
export function takeBuiltins(code: string): string {
  const taken = code
    .replace(NAMED, (_, names: string, id: string) => `const {${names.replaceAll(' as ', ': ')}} = ${take(id)};`)
    .replace(WHOLE, (_, name: string, id: string) => `const ${name} = ${take(id)};`)
  const left = LEFT.exec(taken)
  if (left !== null)
    throw new Error(`"${left[0]}" has to be taken by process.getBuiltinModule(), too: teach takeBuiltins() how`)
  return taken
}

function take(id: string): string {
  return `process.getBuiltinModule("${id}")`
}
