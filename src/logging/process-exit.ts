/** Calls back when the process is about to end, whoever ends it; the returned function takes it back. */
export function onProcessExit(callback: () => void): () => void {
  process.on('exit', callback)
  return () => void process.off('exit', callback)
}
