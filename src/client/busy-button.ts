/** A button that does one thing at a time, says that it is busy, and keeps focus while it is. */

/** @param act answers true when the page is being left: the button then stays busy */
export function busyButton(button: HTMLButtonElement, act: () => Promise<boolean>): void {
  button.addEventListener('click', async () => {
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    if (!(await act())) button.ariaDisabled = null;
  });
}
