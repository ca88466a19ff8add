/**
 * Renaming a passkey where it stands in the list, by the form of its page. Shows what the server says; what it does not
 * say here is left to the browser, which sends the form and shows the page that comes.
 */
import { hideNotice } from './passkey-registration.ts';
import { within } from './within.ts';

/** Milliseconds; longer than the server waits for everything that it may wait for. */
const patience = 30_000;

type Answer = { name?: string; notice?: string; problem?: string };

/** @param list its forms with `data-rename` lead to the page for that; the template of the form for here is beside it */
export function renameInPlace(list: HTMLElement): void {
  const root = list.parentElement as HTMLElement;
  const template = root.querySelector<HTMLTemplateElement>('[data-naming]');
  list.addEventListener('submit', (event) => {
    const asking = event.target as HTMLFormElement;
    if (!template || asking.dataset.rename === undefined) return;
    event.preventDefault();
    const form = template.content.firstElementChild?.cloneNode(true) as HTMLFormElement;
    rename(asking, form, (news) => {
      hideNotice();
      root.querySelector('[data-status]')?.replaceChildren(news);
    });
  });
}

function rename(asking: HTMLFormElement, form: HTMLFormElement, say: (news: string) => void): void {
  const entry = asking.closest('li') as HTMLElement;
  const [shown, actions] = ['strong', '.actions'].map((one) => entry.querySelector(one) as HTMLElement);
  const [input, alert] = ['input', '[role=alert]'].map((one) => form.querySelector(one) as HTMLInputElement);
  if (!shown || !actions || !input || !alert) return;
  const swap = (isOpen: boolean) => {
    shown.hidden = actions.hidden = isOpen;
    if (isOpen) shown.after(form);
    else form.remove();
    (isOpen ? input : asking.querySelector('button'))?.focus();
  };
  // The form that a new passkey comes with asks the same.
  entry.querySelector('.naming')?.remove();
  form.action = asking.action;
  input.value = shown.textContent ?? '';
  alert.id = `${entry.id}-problem`;
  swap(true);
  input.select();
  form.addEventListener('keydown', ({ key }) => key === 'Escape' && swap(false));
  form.querySelector('[type=button]')?.addEventListener('click', () => swap(false));

  let isBusy = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    const { name, notice = '', problem } = await within(patience, post(form)).catch(() => ({}) as Answer);
    if (name) {
      (shown.querySelector('bdi') ?? shown).textContent = name;
      swap(false);
      say(notice);
    } else if (problem) {
      alert.textContent = problem;
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', alert.id);
      input.focus();
    } else form.submit();
    isBusy = false;
  });
}

async function post(form: HTMLFormElement): Promise<Answer> {
  const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
  const response = await fetch(form.action, {
    method: 'POST',
    headers: { Accept: 'application/json' },
    body,
  });
  return response.json();
}
