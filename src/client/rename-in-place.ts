/**
 * Renaming a passkey where it stands in the list, by the form of its page: what is read from the answer is what that page,
 * or the list with the new name, says. Whatever else is answered is gone to.
 */
import { hideNotice } from './passkey-registration.ts';
import { within } from './within.ts';

/** Milliseconds; longer than the server waits for everything that it may wait for. */
const patience = 30_000;

/** @param list its forms with `data-rename` lead to the page for that; the template of the form for here is beside it */
export function renameInPlace(list: HTMLElement): void {
  const root = list.parentElement as HTMLElement;
  const template = root.querySelector<HTMLTemplateElement>('[data-naming]');
  list.addEventListener('submit', (event) => {
    const asking = event.target as HTMLFormElement;
    if (!template || asking.dataset.rename === undefined) return;
    event.preventDefault();
    const form = template.content.firstElementChild?.cloneNode(true) as HTMLFormElement;
    name(asking, form, (news) => {
      hideNotice();
      root.querySelector('[data-status]')?.replaceChildren(...news);
    });
  });
}

function name(asking: HTMLFormElement, form: HTMLFormElement, say: (news: Iterable<Node>) => void): void {
  const entry = asking.closest('li') as HTMLElement;
  const [shown, actions] = ['strong', '.actions'].map((one) => entry.querySelector(one) as HTMLElement);
  const [input, problem] = ['input', '[role=alert]'].map(
    (one) => form.querySelector(one) as HTMLInputElement,
  );
  if (!shown || !actions || !input || !problem) return;
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
  problem.id = `${entry.id}-problem`;
  swap(true);
  input.select();
  form.addEventListener('keydown', ({ key }) => key === 'Escape' && swap(false));
  form.querySelector('[type=button]')?.addEventListener('click', () => swap(false));

  let isBusy = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    // What has no answer is left to the browser, which says why.
    const answer = await within(patience, post(form)).catch(() => form.submit());
    if (!answer) return;
    const renamed = answer.page.getElementById(entry.id)?.querySelector('strong');
    const wrong = answer.page.querySelector('#name-problem');
    if (renamed) {
      shown.replaceChildren(...renamed.childNodes);
      swap(false);
      say(answer.page.querySelector('[data-notice]')?.childNodes ?? []);
    } else if (wrong) {
      problem.replaceChildren(...wrong.childNodes);
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', problem.id);
      input.focus();
    } else location.assign(answer.url);
    isBusy = false;
  });
}

async function post(form: HTMLFormElement): Promise<{ url: string; page: Document }> {
  const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
  const response = await fetch(form.action, { method: 'POST', body });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  return { url: response.url, page };
}
