/** `850 ms`, `1.204 s`: a length of time. */
export function lengthWords(ms) {
  if (ms < 1) return `${ms.toFixed(2)} ms`
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}

/** `1.204 s`: a moment of the lifetime. */
export function momentWords(ms) {
  return `${(ms / 1000).toFixed(3)} s`
}

export function bytesWords(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(bytes < 100 * 1024 * 1024 ? 1 : 0)} MiB`
}

export function countWords(count) {
  return count < 10 && !Number.isInteger(count) ? count.toFixed(1) : String(Math.round(count))
}

/** An element with text in it: whatever the text is, it is never markup. */
export function element(name, text, attributes = {}) {
  const made = document.createElement(name)
  if (text !== undefined) made.textContent = text
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}
