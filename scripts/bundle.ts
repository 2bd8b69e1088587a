import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { serviceChunks } from './service-chunks.ts'
import { BUNDLED, licences } from './bundled-packages.ts'
import { asciiComments } from './ascii-comments.ts'
import { takeBuiltins } from './take-builtins.ts'

/** Beside the entries, a folder deep as all of them are: what a file of `src` finds by `../../package.json` stays there. */
const CHUNKS = 'chunks'

/** What is loaded by its file name at run time, which no import tells: the folder of the commands, a worker thread. */
const LOADED_BY_NAME: readonly { readonly files: string; readonly folder?: string }[] = [
  { files: 'cli/commands/*.js' },
  { files: 'lifecycle/watchdog-worker.js', folder: CHUNKS },
  { files: 'server/off-loop/off-loop-worker.js', folder: CHUNKS },
  // Loaded into a service under trial, by the name that often-collecting.ts makes of its own.
  { files: 'trial/memory/collect-often.js', folder: CHUNKS },
  // The catalogues of the sea trial lie beside the chunk that scans them.
  { files: 'trial/trials/*.js', folder: `${CHUNKS}/trials` },
  { files: 'trial/voyages/*.js', folder: `${CHUNKS}/voyages` },
]

/**
 * Joins the built modules of `modules` into few files under `outDir`: one per entry, and what several of them share in
 * chunks. A service loads hundreds of modules of ours before it is ready; reading, resolving and linking 450 files takes
 * Node 70 ms of processor time, and a dozen files of the same code take a tenth of it. Nothing is minified, and a comment
 * names the module of each part: what stack traces lead to can be read.
 *
 * All of it is ASCII, see `asciiComments()`.
 */
export async function bundle(modules: string, outDir: string, entries: readonly string[]): Promise<void> {
  const input: Record<string, string> = {}
  const loaded = [...entries]
  for (const entry of entries) input[entry.replace(/\.js$/, '')] = join(modules, entry)
  for (const { files, folder } of LOADED_BY_NAME) {
    for await (const file of glob(files, { cwd: modules })) {
      const name = file.replace(/\.js$/, '')
      loaded.push(file)
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
    codeSplitting: { groups: [...(await serviceChunks(modules, loaded))] },
    entryFileNames: '[name].js',
    chunkFileNames: `${CHUNKS}/[name].js`,
    banner: ({ moduleIds }) => licences(moduleIds),
    comments: { legal: true, annotation: true, jsdoc: false },
    charset: 'ascii',
    minify: false,
  })
  await built.close()
}
