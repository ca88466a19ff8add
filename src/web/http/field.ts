/** A field of a form as the partial `field` prints it, and what is wrong in a form as `problems` does. */
import { shortestPassword } from '../../accounts/password.ts';

export type Field = {
  /** Also its name, and what the summary of problems leads to. */
  name: string;
  label: string;
  type: string;
  autocomplete: string;
  /** What was typed; always empty for a password. */
  value: string;
  hint: string;
  problem: string;
};

/** @param options.problem what is wrong with what was typed, as a sentence; empty when nothing is */
function field(name: string, label: string, options: Partial<Omit<Field, 'name' | 'label'>> = {}): Field {
  return { name, label, type: 'text', autocomplete: 'off', value: '', hint: '', problem: '', ...options };
}

export function emailField(value = '', problem = '', label = 'Email', autocomplete = 'username'): Field {
  return field('email', label, { type: 'email', autocomplete, value, problem });
}

/** A password that somebody chooses here; a password manager may offer one. */
export function newPasswordField(problem = '', label = 'New password'): Field {
  const hint = `At least ${shortestPassword} characters. Four unrelated words work well.`;
  return field('password', label, { type: 'password', autocomplete: 'new-password', hint, problem });
}

/** The password that somebody has. */
export function currentPasswordField(problem = ''): Field {
  return field('password', 'Password', { type: 'password', autocomplete: 'current-password', problem });
}

export function recoveryCodeField(problem = ''): Field {
  return field('code', 'Recovery code', { problem });
}

/** What is wrong, in the order of the form. */
export function problemsIn(fields: readonly Field[]): { name: string; text: string }[] {
  return fields.filter(({ problem }) => problem !== '').map(({ name, problem }) => ({ name, text: problem }));
}
