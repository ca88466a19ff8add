/** Reveals the sentences that the server rendered. Knows their keys, never their words. */

export type Messages = {
  /** Shows the message with this key, or the general one; an empty key clears. */
  show(key: string, seconds?: string): void;
};

/** @param root holds the sentences as templates, and the two regions where they appear */
export function messagesOf(root: HTMLElement): Messages {
  const regions = {
    status: root.querySelector('[data-status]'),
    alert: root.querySelector('[data-alert]'),
  };
  const find = (key: string) => root.querySelector<HTMLTemplateElement>(`[data-message="${key}"]`);
  return {
    show(key, seconds = '') {
      const message = key ? (find(key) ?? find('fault')) : null;
      for (const [tone, region] of Object.entries(regions)) {
        region?.replaceChildren(...(message?.dataset.tone === tone ? [wordsOf(message, seconds)] : []));
      }
    },
  };
}

/** A copy, with its link where it has one. */
function wordsOf({ content }: HTMLTemplateElement, seconds: string): Node {
  const words = content.cloneNode(true);
  const { firstChild } = words;
  if (firstChild?.nodeValue) firstChild.nodeValue = firstChild.nodeValue.replace('{seconds}', seconds);
  return words;
}
