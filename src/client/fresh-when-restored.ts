/** A page that the browser kept in memory is asked for again: it may have been left by signing in or out. */
export function freshWhenRestored(): void {
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}
