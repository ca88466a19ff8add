/** What /hello says. */
import { dateWords } from '../../times.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';

export function helloPage(visitor: Visitor, since: Date): Page {
  return {
    template: 'hello',
    title: 'Hello',
    data: {
      ...frame(visitor),
      greeting: `You are ${visitor.address}, and have been here since ${dateWords(since)}.`,
    },
  };
}
