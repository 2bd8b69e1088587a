// Source: README of @godaddy/terminus 4.12.1, "With express" and "How to set Terminus up with Kubernetes"
// (https://github.com/godaddy/terminus#readme, read 2026-11-23). Licence: MIT, © GoDaddy Operating Company, LLC.
const http = require('http');
const express = require('express');
const { createTerminus } = require('@godaddy/terminus');
const app = express();

app.get('/', (req, res) => {
  res.send('ok');
});
app.get('/slow', (req, res) => setTimeout(() => res.send('late'), 600));

const server = http.createServer(app);

function healthCheck ({ state }) {
  // `state.isShuttingDown` (boolean) shows whether the server is shutting down or not
  return Promise.resolve(
    // optionally include a resolve value to be included as
    // info in the health check response
  )
}

function beforeShutdown () {
  // given your readiness probes run every 5 second
  // may be worth using a bigger number so you won't
  // run into any race conditions
  return new Promise(resolve => {
    setTimeout(resolve, 5000)
  })
}

createTerminus(server, {
  healthChecks: { '/healthcheck': healthCheck },
  beforeShutdown,
  useExit0: true
})

server.listen(process.env.PORT || 3000);
