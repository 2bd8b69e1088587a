// Follows the page "Health Checks and Graceful Shutdown" of the Express documentation, section "Graceful shutdown"
// (https://expressjs.com/en/advanced/healthcheck-graceful-shutdown.html, read 2026-11-23, at commit 07296039d931 of its
// repository): close() at SIGTERM, and nothing else. Written for this trial; the text of the page is not copied.
import express from 'express'

const app = express()
const port = process.env.PORT || 3000

app.get('/', (request, response) => response.send('ok'))
app.get('/slow', (request, response) => setTimeout(() => response.send('late'), 600))

const server = app.listen(port)

process.on('SIGTERM', () => {
  console.log('SIGTERM, the server is closing')
  server.close(() => console.log('the server is closed'))
})
