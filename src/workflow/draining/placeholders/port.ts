/** A pod that keeps room on a node of Karpenter's for one that will be evicted. */
export interface PlaceholderView {
  /** The uid of the pod that it stands for. */
  readonly for: string;
  readonly created: number;
  /** It runs, so the node is there and works. */
  readonly ready: boolean;
  /** Undefined as long as it is not scheduled. */
  readonly node?: string;
  /** The scheduler's words. */
  readonly unschedulable?: string;
  /** Why its container waits. */
  readonly waiting?: string;
}

/** A pod where it runs. */
export interface PlacedPod { readonly node: string; readonly uid: string }

/** Placeholders are in Karpenter's namespace, where its canary may be made, too. */
export interface PlaceholderPort {
  placeholders(namespace: string): Promise<PlaceholderView[]>;
  /** One for each of these pods that is still there and has none. */
  makePlaceholders(namespace: string, pods: readonly PlacedPod[], image: string): Promise<void>;
  /** @param uids of the pods that they stand for */
  dropPlaceholders(namespace: string, uids: readonly string[]): Promise<void>;
  /** Takes all of them away, and their priority class. */
  clearPlaceholders(namespace: string): Promise<void>;
}

export const PLACEHOLDER_METHODS = [
  'placeholders', 'makePlaceholders', 'dropPlaceholders', 'clearPlaceholders',
] as const satisfies readonly (keyof PlaceholderPort)[];
