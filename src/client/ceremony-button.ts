/** A button that runs one ceremony: options, the device, the finish, and a word when it did not work. */
import { busyButton } from './busy-button.ts';
import { post, Refusal } from './http.ts';
import { messagesOf } from './messages.ts';
import { type Kind, outcomeOf } from './outcome.ts';
import type { OptionsJson } from './webauthn.ts';

export type Ceremony = {
  kind: Kind;
  url: string;
  /** Fresh options, or those that wait in memory. */
  options(): Promise<OptionsJson>;
  /** The browser's part. @throws {DOMException} */
  ask(options: OptionsJson): Promise<object>;
  /** More members for the finish. */
  finishWith: object;
  /** After a failure, before the next press. */
  failed(): void;
};

/** @param root holds the messages of the ceremony */
export function ceremonyButton(root: HTMLElement, button: HTMLButtonElement, ceremony: Ceremony): void {
  const messages = messagesOf(root);

  const attempt = async (mayRepeat: boolean): Promise<boolean> => {
    let startedAt = performance.now();
    let timeout = 0;
    try {
      const options = await ceremony.options();
      timeout = options.publicKey.timeout;
      startedAt = performance.now();
      const credential = await ceremony.ask(options);
      const finish = { finish: true, credential, ...ceremony.finishWith };
      const { redirect } = await post<{ redirect: string }>(ceremony.url, finish);
      location.assign(redirect);
      return true;
    } catch (error) {
      if (mayRepeat && isExpired(error) && navigator.userActivation?.isActive) return attempt(false);
      messages.show(outcomeOf(error, ceremony.kind, startedAt, timeout), (error as Refusal).retryAfter);
      ceremony.failed();
      return false;
    }
  };

  busyButton(button, () => {
    messages.show('waiting');
    return attempt(true);
  });
}

/** The device was too slow for the challenge; while the press still counts, one more try needs no word. */
function isExpired(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'challenge_expired';
}
