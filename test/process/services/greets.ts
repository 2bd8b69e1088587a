// Says a greeting and stays: what the harness itself is tested with.
const { GREETING = '' } = process.env
if (GREETING === '') {
  console.error('nothing to say')
  process.exit(3)
}
process.on('SIGUSR2', () => console.log('sees', Object.keys(process.env).toSorted().join(' ')))
setInterval(() => {}, 60_000)
console.log('ready', GREETING)
