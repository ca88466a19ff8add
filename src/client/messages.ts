/** Reveals the sentences that the server rendered. Knows their keys, never their words. */

export type Messages = {
  /** Shows the message with this key, or the general one; an empty key clears. */
  show(key: string): void;
};

export function messagesOf(root: HTMLElement): Messages {
  const regions = {
    status: root.querySelector<HTMLElement>('[data-status]'),
    alert: root.querySelector<HTMLElement>('[data-alert]'),
  };
  const find = (key: string) => root.querySelector<HTMLElement>(`[data-message="${key}"]`);
  return {
    show(key) {
      const message = key ? (find(key) ?? find('fault')) : null;
      for (const [tone, region] of Object.entries(regions)) {
        if (region) region.textContent = message?.dataset.tone === tone ? message.textContent : '';
      }
    },
  };
}
