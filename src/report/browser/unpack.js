/** The history out of the page: base64, gzip, JSON. */
export async function unpack(element) {
  const packed = Uint8Array.from(atob(element.textContent.trim()), (letter) => letter.charCodeAt(0))
  const inflated = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
  return JSON.parse(await new Response(inflated).text())
}
