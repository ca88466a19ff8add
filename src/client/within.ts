/** A limit for whatever may never be answered. Knows nothing of what it waits for. */

/**
 * What the work comes to, unless that takes longer than so many milliseconds; the work itself is not ended by that.
 *
 * @throws {DOMException} TimeoutError when it took too long
 */
export function within<T>(milliseconds: number, work: T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new DOMException('', 'TimeoutError'));
    const timer = setTimeout(late, milliseconds);
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
