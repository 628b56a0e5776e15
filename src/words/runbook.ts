/** The runbook, where whoever is called at night finds it. */
export const RUNBOOK = 'https://github.com/cdk-karpenter-migration/cdk-karpenter-migration/blob/main/docs/runbook.md';

/** Articles that alarms, events and the dashboard lead to, by their headings; a reason to pause has one of its own name. */
export const ARTICLES = {
  position: 'Where is it?',
  longPause: 'Paused for long',
  stoppedSafely: 'Stopped safely',
  runFailed: 'Run failed',
  podsPending: 'Pods pending',
} as const;

/** The address of an article; GitHub makes anchors of headings in this way. */
export function articleUrl(heading: string): string {
  return `${RUNBOOK}#${heading.toLowerCase().replace(/[^\p{Letter}\p{Number} _-]/gu, '').replace(/ /g, '-')}`;
}
