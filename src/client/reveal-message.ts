/** Reveals the sentences that the server rendered, of web/passkeys/ceremony-words.ts. Knows their keys, never their words. */

export type Messages = {
  /** The message with the first of these keys that the page has. */
  find(keys: readonly string[]): HTMLTemplateElement | undefined;
  /** Shows a message, or with undefined none. */
  show(message: HTMLTemplateElement | undefined, seconds?: string): void;
};

/** @param root holds the sentences as templates, and the two regions where they appear */
export function messagesOf(root: HTMLElement): Messages {
  const regions = {
    status: root.querySelector('[data-status]'),
    alert: root.querySelector('[data-alert]'),
  };
  const all = [...root.querySelectorAll<HTMLTemplateElement>('[data-message]')];
  const withKey = (key: string) => all.find(({ dataset }) => dataset.message === key);
  return {
    find: (keys) => keys.map(withKey).find((message) => message),
    show(message, seconds = '') {
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
  if (firstChild?.nodeValue)
    firstChild.nodeValue = firstChild.nodeValue
      .replace('{seconds}', seconds)
      .replace(' 1 seconds', ' 1 second');
  return words;
}
