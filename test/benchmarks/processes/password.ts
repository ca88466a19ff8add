/**
 * The floor of a sign-in with a password: argon2id with our parameters, by the same package, behind an HTTP server that
 * does nothing else. No account, no form, no cookie.
 */
import { createServer } from 'node:http';
import { verify } from '@node-rs/argon2';

const { PASSWORD_HASH = '', PORT } = process.env;

createServer(async (request, response) => {
  // Whether it is there.
  if (request.method === 'GET') return void response.end();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { password = '' } = JSON.parse(Buffer.concat(chunks).toString() || '{}');
  response.statusCode = (await verify(PASSWORD_HASH, password)) ? 204 : 401;
  response.end();
}).listen(Number(PORT), '127.0.0.1');
