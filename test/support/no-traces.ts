/**
 * What makes it safe that test files share a worker: a file that leaves something behind, which the next one would
 * meet, fails. Takes spies back by itself. Must not know what is tested.
 */
import { afterAll, afterEach, expect, vi } from 'vitest';
import { lookAround } from './traces.ts';

/** Looks around before the file is loaded: setup files are loaded anew for each. */
const changes = lookAround();
afterEach(() => void vi.restoreAllMocks());
afterAll(() => expect(changes(), 'what this file leaves to the next').toEqual([]));
