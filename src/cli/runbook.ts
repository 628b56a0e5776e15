/** Where people read what to do. */
const RUNBOOK = 'https://github.com/cdk-karpenter-migration/cdk-karpenter-migration/blob/main/docs/runbook.md';

/** The address of an article by its heading. */
export function articleOf(heading: string): string {
  return `${RUNBOOK}#${heading.toLowerCase().replace(/[^a-z0-9 -]/g, '').replace(/ /g, '-')}`;
}
