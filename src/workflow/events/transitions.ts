import { MigrationEvent } from './contract';
import { MigrationEventDetail, MigrationEventType } from './migration-event';
import { ARTICLES, articleUrl } from '../../words/runbook';
import { RunState } from '../run-state';

/** Whose run it is. */
export interface Run { readonly clusterName: string; readonly execution: string }

/** What the beginning of an execution is worth telling: one that continues a run begins nothing. */
export function beginningOf(run: Run, state: RunState, continues: boolean): MigrationEvent[] {
  return continues || state.outcome === 'replaced' ? [] : [eventOf(MigrationEventType.STAGE_STARTED, run, state, state)];
}

/**
 * What a call of the runner is worth telling, by the state before and after it. A pause is known by its beginning, so one that ends and one that begins
 * in the same call are two. A run that was replaced has nothing to say any more.
 */
export function transitionsOf(run: Run, before: RunState, after: RunState): MigrationEvent[] {
  if (after.outcome === 'replaced') {
    return [];
  }
  const isSamePause = before.pausedSince === after.pausedSince;
  const types: Array<[MigrationEventType, boolean]> = [
    [MigrationEventType.RESUMED, before.pausedSince !== undefined && !isSamePause],
    [MigrationEventType.BATCH_DONE, (after.nodesLeft ?? 0) < (before.nodesLeft ?? 0)],
    [MigrationEventType.PAUSED, after.outcome === 'paused' && !(isSamePause && before.pausedBy === after.pausedBy)],
    [MigrationEventType.STOPPED_SAFELY, after.outcome === 'stopped'],
    [MigrationEventType.STAGE_REACHED, after.outcome === 'arrived'],
  ];
  return types.filter(([, happened]) => happened).map(([type]) => eventOf(type, run, after, type === MigrationEventType.RESUMED ? before : after));
}

function eventOf(type: MigrationEventType, { clusterName, execution }: Run, state: RunState, { pausedBy, pausedSince }: RunState): MigrationEvent {
  const isPause = pausedBy !== undefined && pausedSince !== undefined;
  const detail: MigrationEventDetail = {
    clusterName,
    stage: state.stage,
    generation: state.generation,
    execution,
    says: state.says,
    runbook: articleUrl(type === MigrationEventType.STOPPED_SAFELY ? ARTICLES.stoppedSafely : isPause ? pausedBy : ARTICLES.position),
    ...isPause && { pausedBy, pausedSince },
    ...state.nodesLeft !== undefined && { nodesLeft: state.nodesLeft },
    ...state.podsEvicted !== undefined && { podsEvicted: state.podsEvicted },
  };
  return { type, detail };
}
