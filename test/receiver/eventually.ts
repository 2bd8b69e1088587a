/** Resolves once `holds` does, asked at every turn of the event loop; the deadline only ends a test that hangs. */
export async function eventually(holds: () => boolean, what = 'the condition', deadlineMs = 10_000): Promise<void> {
  const startedAt = performance.now()
  while (!holds()) {
    if (performance.now() - startedAt > deadlineMs) throw new Error(`${what} did not come true`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
