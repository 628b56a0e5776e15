import { MAXIMUM_INT32 } from '../../input/kinds';
import { KubeletSettings, renderKubeletSettings } from '../kubelet-settings';
import { checkInteger } from '../numbers';

/** A percentage as the API takes it in a threshold. */
const PERCENTAGE = /^(\d{1,2}(\.\d{1,2})?|100(\.0{1,2})?)%$/;

/** The settings as the API has them; throws on what it refuses. */
export function renderNodeClassKubelet(kubelet: KubeletSettings): object {
  checkInteger('`kubelet.evictionMaxPodGracePeriod` in seconds', kubelet.evictionMaxPodGracePeriod?.toSeconds(), 0, MAXIMUM_INT32);
  checkPercentages('evictionHard', Object.values(kubelet.evictionHard ?? {}).map((threshold) => threshold?._render()));
  checkPercentages('evictionSoft', Object.values(kubelet.evictionSoft ?? {}).map((signal) => signal?.threshold._render()));
  return renderKubeletSettings('kubelet', kubelet);
}

function checkPercentages(property: string, thresholds: (string | undefined)[]): void {
  const wrong = thresholds.find((text) => text?.endsWith('%') && !PERCENTAGE.test(text));
  if (wrong !== undefined) {
    throw new Error(`\`kubelet.${property}\` has the threshold ${wrong}: write a percentage with at most two decimal places`);
  }
}
