import { checkKey, checkLabelValue } from '../kubernetes/kubernetes-names';

/**
 * Keeps pods without a matching toleration away from the nodes of a pool.
 *
 * The time at which a taint was added, which the API has as well, is for Kubernetes to write.
 *
 * @see https://karpenter.sh/v0.29/concepts/provisioners/#spectaints
 */
export class Taint {
  /**
   * Pods that do not tolerate the taint are not scheduled.
   *
   * @param key a Kubernetes key, such as `example.com/special`
   * @param value a label value; without one the taint has only its key
   */
  public static noSchedule(key: string, value?: string): Taint {
    return new Taint('NoSchedule', key, value);
  }

  /**
   * Pods that do not tolerate the taint are scheduled only where nothing else is left.
   *
   * @param key a Kubernetes key, such as `example.com/special`
   * @param value a label value; without one the taint has only its key
   */
  public static preferNoSchedule(key: string, value?: string): Taint {
    return new Taint('PreferNoSchedule', key, value);
  }

  /**
   * Pods that do not tolerate the taint are not scheduled, and running ones are evicted.
   *
   * @param key a Kubernetes key, such as `example.com/special`
   * @param value a label value; without one the taint has only its key
   */
  public static noExecute(key: string, value?: string): Taint {
    return new Taint('NoExecute', key, value);
  }

  private constructor(private readonly effect: string, private readonly key: string, private readonly value?: string) {
    checkKey('taint key', key);
    if (value !== undefined) {
      checkLabelValue(`taint "${key}"`, value);
    }
  }

  /**
   * The taint as the API has it.
   *
   * @internal
   */
  public _render() {
    return { key: this.key, value: this.value, effect: this.effect };
  }
}

/** Refuses two taints with the same key and effect, within a list or across both, whatever their values. */
export function checkTaints(taints: Taint[], startupTaints: Taint[]): void {
  const seen = new Set<string>();
  for (const { key, effect } of [...taints, ...startupTaints].map((each) => each._render())) {
    const identity = `${key}:${effect}`;
    if (seen.has(identity)) {
      throw new Error(`taint "${identity}" is given twice: a key has each effect at most once over \`taints\` and \`startupTaints\` together, remove one`);
    }
    seen.add(identity);
  }
}
