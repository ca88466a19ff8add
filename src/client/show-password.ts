/** The switch that shows what was typed into a password field. It is off again when the form is sent. */

/** Reveals the switch; `aria-controls` names its field. */
export function showPassword(button: HTMLElement): void {
  const input = document.getElementById(button.getAttribute('aria-controls') ?? '');
  if (!(input instanceof HTMLInputElement)) return;
  const show = (shown: boolean) => {
    input.type = shown ? 'text' : 'password';
    button.ariaPressed = String(shown);
  };
  button.addEventListener('click', () => show(input.type === 'password'));
  input.form?.addEventListener('submit', () => show(false));
  button.hidden = false;
}
