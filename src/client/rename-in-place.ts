/**
 * Renaming a passkey where it stands in the list, by the form of its page. Shows what the server says; what it does not
 * say here is left to the browser, which sends the form and shows the page that comes. Must not know which names are
 * allowed, nor have words of its own.
 */
import { hideNotice } from './passkey-registration.ts';
import { within } from './within.ts';

/** Milliseconds; longer than the server waits for everything that it may wait for. */
const patience = 30_000;

type Answer = { name?: string; notice?: string; problem?: string };
type Parts = NonNullable<ReturnType<typeof partsOf>>;

/** @param list its forms with `data-rename` lead to the page for that; the template of the form for here is beside it */
export function renameInPlace(list: HTMLElement): void {
  const root = list.parentElement;
  const template = root?.querySelector<HTMLTemplateElement>('[data-naming]');
  list.addEventListener('submit', (event) => {
    const parts = partsOf(event.target as HTMLFormElement, template);
    if (!parts) return;
    event.preventDefault();
    rename(parts, (news) => {
      hideNotice();
      root?.querySelector('[data-status]')?.replaceChildren(news);
    });
  });
}

/** What it takes to rename here; nothing where something of it is not on the page, or the form asks for something else. */
function partsOf(asking: HTMLFormElement, template?: HTMLTemplateElement | null) {
  const entry = asking.closest('li');
  const shown = entry?.querySelector<HTMLElement>('strong');
  const actions = entry?.querySelector<HTMLElement>('.actions');
  const form = template?.content.querySelector('form')?.cloneNode(true) as HTMLFormElement | undefined;
  const input = form?.querySelector('input');
  const alert = form?.querySelector('[role=alert]');
  if (asking.dataset.rename === undefined || !entry || !shown || !actions || !form || !input || !alert)
    return;
  return { asking, entry, shown, actions, form, input, alert };
}

function rename(
  { asking, entry, shown, actions, form, input, alert }: Parts,
  say: (news: string) => void,
): void {
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
