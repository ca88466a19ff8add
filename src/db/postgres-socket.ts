/**
 * The socket under a connection to PostgreSQL, which notices when something else answers: pg would wait for the end of what
 * it takes for a long message. Knows the first bytes of the protocol (PostgreSQL, "Message Formats"), nothing else.
 */
import { Socket } from 'node:net';

/** What answers is no PostgreSQL, or none that is of use here. */
export class NotPostgres extends Error {
  override name = 'NotPostgres';
}

/** What pg asks for; it ends with {@link NotPostgres} when the first answer is none of PostgreSQL's. */
export function socketToPostgres(): Socket {
  const socket = new Socket();
  socket.once('data', (answer) => {
    if (!isPostgres(answer)) socket.destroy(new NotPostgres('another server'));
  });
  return socket;
}

/**
 * To the wish for encryption one letter, or what is encrypted; to anything else a message of less than 16 MB that wants a
 * password or another version. A server that cannot even start a process says so after an E, in no message.
 */
function isPostgres(answer: Buffer): boolean {
  const letter = String.fromCharCode(answer[0] ?? 0);
  if (letter === 'E') return true;
  if (letter === 'S' || letter === 'N') return answer.length === 1;
  return (letter === 'R' || letter === 'v') && answer[1] === 0;
}
