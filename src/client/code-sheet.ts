/** Recovery codes on a page: the buttons that print and copy them. Must not keep them, nor send them anywhere. */
import { messagesOf } from './reveal-message.ts';

/** Reveals the buttons; copying only where the browser lets a page write what is copied. */
export function codeSheet(root: HTMLElement): void {
  const messages = messagesOf(root);
  const say = (key: string) => messages.show(messages.find([key]));
  const codes = () => [...root.querySelectorAll('code')].map(({ textContent }) => textContent).join('\n');
  reveal('[data-print]', () => print());
  if (navigator.clipboard)
    reveal('[data-copy]', () =>
      navigator.clipboard.writeText(codes()).then(
        () => say('copied'),
        () => say('not_copied'),
      ),
    );

  function reveal(selector: string, act: () => unknown): void {
    const button = root.querySelector<HTMLElement>(selector);
    if (!button) return;
    button.addEventListener('click', act);
    button.hidden = false;
  }
}
