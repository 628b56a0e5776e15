const TITLE = '# Results';

/** The chapters of a document, each from its heading to the next one. */
function chaptersOf(document: string): string[] {
  return document.split(/^(?=## )/m).filter(part => part.startsWith('## ')).map(part => part.trimEnd());
}

function headingOf(chapter: string): string {
  return chapter.split('\n', 1)[0];
}

/**
 * A document with a chapter that replaces the one of the same heading, or comes new; all others stay as they are.
 *
 * @param order headings; what is not among them comes last
 */
export function withChapter(document: string, chapter: string, order: readonly string[]): string {
  const others = chaptersOf(document).filter(other => headingOf(other) !== headingOf(chapter));
  const place = (one: string) => (order.indexOf(headingOf(one)) + order.length + 1) % (order.length + 1);
  const chapters = [...others, chapter.trimEnd()].sort((a, b) => place(a) - place(b));
  return [TITLE, ...chapters, ''].join('\n\n').replace(/\n+$/, '\n');
}

/** A table of Markdown. */
export function table(head: readonly string[], rows: ReadonlyArray<ReadonlyArray<string | number>>): string {
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}
