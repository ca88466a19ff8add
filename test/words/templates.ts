/** The sentences of a template: what stands between its tags and in the labels that are read out, and when it is shown. */
import type { Said } from './said.ts';

/** Elements that stand in a sentence and do not end it. */
const inline = /<\/?(?:a|abbr|bdi|br|code|em|kbd|span|strong|time)\b[^>]*>/g;

export function saidInTemplate(page: string, template: string): Said[] {
  const conditions: string[] = [];
  const said: Said[] = [];
  let text = '';
  const flush = () => {
    const state = conditions.filter(Boolean).join('; ');
    for (const sentence of sentencesIn(text)) said.push({ page, state, sentence });
    text = '';
  };
  for (const piece of template.split(/(<%[\s\S]*?%>)/)) {
    const [, printed] = /^<%=\s*([\s\S]*?)\s*%>$/.exec(piece) ?? [];
    if (printed) text += `{${readable(printed)}}`;
    else if (!piece.startsWith('<%')) text += piece;
    else if (/^<%~/.test(piece)) text += '<hr>';
    else {
      // Between sentences, and not in the middle of a tag, whose attributes depend on something.
      if (text.lastIndexOf('<') <= text.lastIndexOf('>')) flush();
      follow(conditions, piece.slice(2, -2).trim());
    }
  }
  flush();
  return said;
}

/** Goes along with the conditions that a piece of code opens and closes. */
function follow(conditions: string[], code: string): void {
  if (code.startsWith('}')) {
    const closed = conditions.pop() ?? '';
    if (/^}\s*else\s*{/.test(code)) return void conditions.push(closed && `not ${closed}`);
  }
  const [, condition] = /^(?:}\s*else\s+)?if \(([\s\S]*)\) {$/.exec(code) ?? [];
  if (condition) conditions.push(readable(condition));
  else if (code.endsWith('{')) conditions.push('');
}

function sentencesIn(markup: string): string[] {
  const labels = [...markup.matchAll(/ (?:aria-label|title|alt)="([^"]+)"/g)].map(([, label = '']) => label);
  const shown = markup.replaceAll(inline, '').replaceAll(/<[^>]*>/g, '\n');
  return [...labels, ...shown.split('\n')]
    .map((sentence) => sentence.replaceAll(/\s+/g, ' ').trim())
    .filter((sentence) => /\p{L}{2}/u.test(sentence.replaceAll(/{[^}]*}/g, '')));
}

function readable(code: string): string {
  return code.replaceAll(/\bit\./g, '').replaceAll(/\s+/g, ' ');
}
