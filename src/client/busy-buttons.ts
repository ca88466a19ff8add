/** Buttons of which one acts at a time; it says that it is busy, and keeps the focus while it is. */

/** @param act answers true when the page is being left: the button then stays busy. After whatever else it is free. */
export function busyButtons(
  buttons: Iterable<HTMLButtonElement>,
  act: (button: HTMLButtonElement) => Promise<boolean>,
): void {
  let busy = false;
  for (const button of buttons) {
    button.addEventListener('click', async () => {
      if (busy) return;
      busy = true;
      button.ariaDisabled = 'true';
      let isLeaving = false;
      try {
        isLeaving = await act(button);
      } finally {
        busy = isLeaving;
        if (!isLeaving) button.ariaDisabled = null;
      }
    });
  }
}
