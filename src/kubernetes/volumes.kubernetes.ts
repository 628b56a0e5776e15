import type * as k8s from '@kubernetes/client-node';
import { PAGE, pagesOf } from './api.kubernetes';
import { volumeTerms } from './pod-needs.kubernetes';
import { Term } from './scheduling';

/** Where the bound volumes are that not every node reaches, by `<namespace>/<name>` of their claim. */
export async function readVolumes(core: k8s.CoreV1Api): Promise<ReadonlyMap<string, readonly Term[]>> {
  const volumes = new Map<string, readonly Term[]>();
  // Page by page, so that only this is kept.
  for await (const page of pagesOf(_continue => core.listPersistentVolume({ limit: PAGE, _continue }))) {
    for (const volume of page) {
      const claim = volume.spec?.claimRef;
      const terms = volumeTerms(volume);
      if (claim && terms.length > 0) {
        volumes.set(`${claim.namespace}/${claim.name}`, terms);
      }
    }
  }
  return volumes;
}
