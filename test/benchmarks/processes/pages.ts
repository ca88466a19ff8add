/**
 * The floor of a page, and of a start: Koa and Eta and nothing else. VIEWS is a directory of templates that the benchmark
 * has made of our own answers: the same bytes, with title and address filled in. So a ratio says what the application
 * costs beside a page of that size that knows nobody: who asks, what is read, partials, headers, the log.
 */
import { createServer } from 'node:http';
import { Eta } from 'eta';
import Koa from 'koa';

const { VIEWS: views = '', PORT } = process.env;
const eta = new Eta({ views, cache: true });
const koa = new Koa();
const data = { title: 'Latchkey', email: 'ada@example.com' };

koa.use((ctx) => {
  ctx.type = 'html';
  ctx.body = eta.render(ctx.path, data);
});
createServer(koa.callback()).listen(Number(PORT), '127.0.0.1');
