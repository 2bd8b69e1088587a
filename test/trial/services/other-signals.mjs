// Stops as the correct one of `stops.mjs` does, and goes on after SIGHUP: "well"; but "exits-at-sigint"; "dies-of-sighup"; or
// "stops-at-sighup", in order.
const how = process.argv[2]
process.argv[2] = 'correct'
await import('./stops.mjs')

if (how === 'exits-at-sigint') {
  process.removeAllListeners('SIGINT')
  process.on('SIGINT', () => process.exit(0))
}
if (how === 'stops-at-sighup') process.on('SIGHUP', () => process.emit('SIGTERM'))
else if (how !== 'dies-of-sighup') process.on('SIGHUP', () => {})
