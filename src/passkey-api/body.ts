/** Request bodies as fields. Knows no route. */
import { type ApiRequest, headerOf } from './exchange.ts';
import { unprocessable } from './problem.ts';

/**
 * The members of a JSON object, named in lower case: the contract does not tell `user_id` from `User_ID`. No body and
 * `null` are an object without members.
 *
 * @throws {Problem} 400 for another media type, for what is no JSON and for what is no object; 413 above the limit
 */
export async function readFields(request: ApiRequest): Promise<Record<string, unknown>> {
  const text = await request.text();
  if (text === '') return {};
  if (!headerOf(request, 'content-type').toLowerCase().startsWith('application/json')) {
    throw unprocessable('Unsupported Media Type');
  }
  const value = parseJson(text);
  if (typeof value !== 'object' || Array.isArray(value))
    throw unprocessable('Unmarshal type error: expected=object');
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([name, member]) => [name.toLowerCase(), member]),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unprocessable('Syntax error');
  }
}
