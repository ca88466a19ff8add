import { describe, expect, it } from 'vitest';
import { isBrokenConnection } from './broken-connection.ts';

const withCode = (code: string) => Object.assign(new Error('something'), { code });

describe('a connection that broke', () => {
  it.each(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE', 'ERR_STREAM_PREMATURE_CLOSE'])(
    'is told by %s',
    (code) => {
      expect(isBrokenConnection(withCode(code))).toBe(true);
    },
  );

  it.each([withCode('SQLITE_CONSTRAINT'), new TypeError('undefined is not a function'), null, 'EPIPE'])(
    'is not what %s says',
    (error) => {
      expect(isBrokenConnection(error)).toBe(false);
    },
  );
});
