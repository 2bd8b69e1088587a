/** The port that it was told; refuses anything else. */
export function readPort(): number {
  const { PORT = '8080' } = process.env
  if (/^\d{1,5}$/.test(PORT) && Number(PORT) < 65_536) return Number(PORT)
  process.stderr.write(`PORT is ${JSON.stringify(PORT)}; expected a number up to 65535\n`)
  process.exit(78)
}
