import { applies, type Requirements } from '../requirement.ts';

export const validation: Requirements = {
  '2.1.1': applies(1, 'The rules for each item of input are documented', 'docs/security/input.md#fields'),
  '2.1.2': applies(
    2,
    'The rules for items that belong together are documented',
    'docs/security/input.md#combinations',
  ),
  '2.1.3': applies(
    2,
    'Limits of what people may do are documented, for each and for all',
    'docs/security/input.md#limits',
    'docs/architecture.md#limits',
  ),
  '2.2.1': applies(1, 'Input is held against what is expected: all of it'),
  '2.2.2': applies(1, 'Input is validated on the server'),
  '2.2.3': applies(2, 'Items that belong together fit together', 'src/web/passkeys/ceremony-request.ts'),
  '2.3.1': applies(
    1,
    'Steps are done in their order, by the same person, and none is left out',
    'src/passkeys/tickets.ts',
  ),
  '2.3.2': applies(2, 'The documented limits hold'),
  '2.3.3': applies(2, 'What somebody does happens as a whole or not at all', 'src/operations/operation.ts'),
  '2.3.4': applies(2, 'What is there once is given once, however many ask at once'),
  '2.4.1': applies(
    2,
    'Automation is slowed down where it costs or fills something',
    'docs/architecture.md#limits',
  ),
};
