import { applies, outside, type Requirements } from '../requirement.ts';

const noGraphQL = 'there is no GraphQL';
const noWebSocket = 'there are no WebSockets';

export const api: Requirements = {
  '4.1.1': applies(
    1,
    'Every body has its Content-Type, with the charset of text',
    'src/web/middleware/render-errors.ts',
    'src/web/http/views.ts',
  ),
  '4.1.2': applies(2, 'Only pages are redirected from http to https'),
  '4.1.3': applies(2, 'Headers that a proxy sets cannot be set by others'),
  '4.1.4': applies(3, 'Only the methods that are meant work'),
  '4.2.1': applies(2, 'Where a message ends is never in doubt'),
  '4.3.1': outside(2, 'Costly queries are bounded', noGraphQL),
  '4.3.2': outside(2, 'Introspection is off', noGraphQL),
  '4.4.1': outside(1, 'WebSockets are encrypted', noWebSocket),
  '4.4.2': outside(2, 'The origin of a WebSocket is checked', noWebSocket),
  '4.4.3': outside(2, 'Tokens of WebSockets follow the rules of sessions', noWebSocket),
  '4.4.4': outside(2, 'Tokens of WebSockets come from the session', noWebSocket),
};
