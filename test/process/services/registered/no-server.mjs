// A worker: it has no server, and CASE says what it does with SIGTERM.
if (process.env.CASE === 'handler') {
  process.on('SIGTERM', () => {
    process.stdout.write('handler\n')
    clearInterval(timer)
  })
}
const timer = setInterval(() => {}, 1000)
process.stdout.write(`listeners ${process.listenerCount('SIGTERM')}\n`)
process.stdout.write(`emit ${Object.hasOwn(process, 'emit')} exit ${process.exit.name}\n`)
process.stdout.write(`mode ${process.env.SEAWORTHY_REGISTER}\nready\n`)
