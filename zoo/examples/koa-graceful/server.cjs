// Source: README of @ladjs/graceful 5.0.0, "Koa"
// (https://github.com/ladjs/graceful#koa, read 2026-11-23). Licence: MIT, © Nick Baugh.
const Koa = require('koa');
const Graceful = require('@ladjs/graceful');

const app = new Koa();
app.use(async (ctx) => {
  if (ctx.path === '/slow') await new Promise((resolve) => setTimeout(resolve, 600));
  ctx.body = 'ok';
});
const server = app.listen(process.env.PORT || 3000);
const graceful = new Graceful({ servers: [server] });
graceful.listen();
