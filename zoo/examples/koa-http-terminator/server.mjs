// Source: README of http-terminator 3.2.0, "Usage with Koa"
// (https://github.com/gajus/http-terminator#usage-with-koa, read 2026-11-23). Licence: BSD-3-Clause, © Gajus Kuizinas.
import Koa from 'koa';
import {
  createHttpTerminator,
} from 'http-terminator';

const app = new Koa();
app.use(async (ctx) => {
  if (ctx.path === '/slow') await new Promise((resolve) => setTimeout(resolve, 600));
  ctx.body = 'ok';
});

const server = app.listen(process.env.PORT || 3000);

const httpTerminator = createHttpTerminator({
  server,
});

process.once('SIGTERM', async () => {
await httpTerminator.terminate();
});
