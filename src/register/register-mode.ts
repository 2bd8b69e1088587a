/** `listen`: from the first server that listens on; `start`: at once; `off`: never. */
export type RegisterMode = 'listen' | 'start' | 'off'

export const REGISTER_MODES: readonly RegisterMode[] = ['listen', 'start', 'off']

/**
 * Reads `SEAWORTHY_REGISTER`. `start` is meant for this one process, so it is taken out of the environment: children
 * that inherit it (npm, compilers, helpers) would each want the admin port. A value that is not known counts as unset
 * here; it is refused with all that is wrong in the environment, once a server listens.
 */
export function readMode(env: NodeJS.ProcessEnv): RegisterMode {
  const text = env['SEAWORTHY_REGISTER']?.trim()
  const mode = REGISTER_MODES.find((each) => each === text) ?? 'listen'
  if (mode === 'start') delete env['SEAWORTHY_REGISTER']
  return mode
}
