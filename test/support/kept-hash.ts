/**
 * The hash of a password of tests' accounts, as argon2id makes it with the least work that it allows: to verify one takes
 * a fiftieth of a millisecond instead of twenty, and no test is about how long that takes. It has one pass more than the
 * application's, so that no sign-in takes it for weaker and replaces it.
 */
import { hash } from '@node-rs/argon2';

const leastWork = { algorithm: 2, memoryCost: 8, timeCost: 3, parallelism: 1 } as const;

export const keptHash = (password: string) => hash(password.normalize('NFKC'), leastWork);
