/** Reveals the sentences that the server rendered. Knows their keys, never their words. */

export type Messages = {
  /** Shows the message with this key, or the general one; an empty key clears. */
  show(key: string, seconds?: string): void;
};

export function messagesOf(root: HTMLElement): Messages {
  const regions = {
    status: root.querySelector<HTMLElement>('[data-status]'),
    alert: root.querySelector<HTMLElement>('[data-alert]'),
  };
  const find = (key: string) => root.querySelector<HTMLElement>(`[data-message="${key}"]`);
  return {
    show(key, seconds = '') {
      const message = key ? (find(key) ?? find('fault')) : null;
      for (const [tone, region] of Object.entries(regions)) {
        region?.replaceChildren(...(message?.dataset.tone === tone ? wordsOf(message, seconds) : []));
      }
    },
  };
}

/** A copy with its link, where it has one. */
function wordsOf(message: HTMLElement, seconds: string): ChildNode[] {
  const [text, ...rest] = message.cloneNode(true).childNodes;
  if (text?.textContent) text.textContent = text.textContent.replace('{seconds}', seconds);
  return text ? [text, ...rest] : [];
}
