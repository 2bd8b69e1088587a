import { glob } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { rolldown } from 'rolldown'
import { reachedModules } from './reached-modules.ts'
import { BUNDLED, licences } from './bundled-packages.ts'
import { asciiComments } from './ascii-comments.ts'
import { takeBuiltins } from './take-builtins.ts'

/** Beside the entries, a folder deep as all of them are: what a file of `src` finds by `../../package.json` stays there. */
const CHUNKS = 'chunks'

/** What is loaded by its file name at run time, which no import tells: the folder of the commands, a worker thread. */
const LOADED_BY_NAME: readonly { readonly files: string; readonly folder?: string }[] = [
  { files: 'cli/commands/*.js' },
  { files: 'lifecycle/watchdog-worker.js', folder: CHUNKS },
]

/**
 * Joins the built modules of `modules` into few files under `outDir`: one per entry, and what several of them share in
 * chunks. A service loads some 450 modules of ours before it is ready; reading, resolving and linking that many files
 * takes Node 70 ms of processor time, and a dozen files of the same code take a tenth of it. Nothing is minified, and a comment names the module of each part: what stack traces lead to can be read.
 *
 * All of it is ASCII, see `asciiComments()`.
 */
export async function bundle(modules: string, outDir: string, entries: readonly string[]): Promise<void> {
  const input: Record<string, string> = {}
  for (const entry of entries) input[entry.replace(/\.js$/, '')] = join(modules, entry)
  for (const { files, folder } of LOADED_BY_NAME) {
    for await (const file of glob(files, { cwd: modules })) {
      const name = file.replace(/\.js$/, '')
      input[folder === undefined ? name : name.replace(/^.*(?=\/)/, folder)] = join(modules, file)
    }
  }
  const built = await rolldown({
    cwd: modules,
    input,
    platform: 'node',
    external: (id) => !/^[./]/.test(id) && !BUNDLED.has(id),
    preserveEntrySignatures: 'strict',
    // Leaves out what nothing uses; no module is taken to have no effect of its own.
    treeshake: { moduleSideEffects: true },
    plugins: [{ name: 'lean-chunks', renderChunk: (code) => asciiComments(takeBuiltins(code)) }],
    onLog: (level, log, print) => (level === 'warn' ? print('error', log) : print(level, log)),
  })
  await built.write({
    dir: outDir,
    format: 'esm',
    codeSplitting: { groups: [await coreOfServices(modules)] },
    entryFileNames: '[name].js',
    chunkFileNames: `${CHUNKS}/[name].js`,
    banner: ({ moduleIds }) => licences(moduleIds),
    charset: 'ascii',
    minify: false,
  })
  await built.close()
}

/**
 * What every service loads of `core` is one file instead of a dozen, although others load parts of it without the rest.
 * `node-http.js` stays apart: it loads `node:http`, which not everybody needs.
 */
async function coreOfServices(modules: string): Promise<{ name: string; test: (id: string) => boolean }> {
  const reached = await reachedModules(modules, 'public/index.js')
  reached.delete('core/node-http.js')
  const isCore = (path: string): boolean => path.startsWith('core/') && reached.has(path)
  return { name: 'core', test: (id) => isCore(relative(modules, id).replaceAll(sep, '/')) }
}
