// It knows nothing of telemetry, and ends as the documentation of Express has it.
const { createApplication } = require('./application.cjs')

let url = ''
const server = createApplication(() => url).listen(0, '127.0.0.1', () => {
  url = `http://127.0.0.1:${server.address().port}`
  console.log(`ready ${url}`)
})
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
