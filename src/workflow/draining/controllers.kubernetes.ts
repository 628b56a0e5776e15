import * as k8s from '@kubernetes/client-node';
import { every, Page, PAGE, unlessAbsent } from '../../kubernetes/api.kubernetes';
import { asSent, AsSent } from '../../kubernetes/as-sent.kubernetes';
import { ControllerRef, ControllerView } from '../../kubernetes/views';
import { grouped } from '../../words/grouped';

/** From so many of a kind on, a list costs less than a question for each. */
const LISTED = 20;

/** What all controllers have in common. */
interface Controller {
  readonly metadata?: Pick<k8s.V1ObjectMeta, 'uid' | 'ownerReferences'>;
  readonly spec?: { readonly replicas?: number };
}

interface Kind {
  read(object: { namespace: string; name: string }): Promise<Controller>;
  list(_continue: string | undefined, options: k8s.ConfigurationOptions): Promise<unknown>;
}

/** Reads the controllers of pods; those of kinds that nobody knows here are left out. */
export class ControllersKubernetes {
  private readonly kinds: Readonly<Record<string, Kind | undefined>>;

  public constructor(core: k8s.CoreV1Api, apps: k8s.AppsV1Api) {
    this.kinds = {
      ReplicaSet: {
        read: object => apps.readNamespacedReplicaSet(object),
        list: (_continue, options) => apps.listReplicaSetForAllNamespaces({ limit: PAGE, _continue }, options),
      },
      StatefulSet: {
        read: object => apps.readNamespacedStatefulSet(object),
        list: (_continue, options) => apps.listStatefulSetForAllNamespaces({ limit: PAGE, _continue }, options),
      },
      ReplicationController: {
        read: object => core.readNamespacedReplicationController(object),
        list: (_continue, options) => core.listReplicationControllerForAllNamespaces({ limit: PAGE, _continue }, options),
      },
    };
  }

  public async find(wanted: readonly ControllerRef[]): Promise<ControllerView[]> {
    const found: ControllerView[] = [];
    for (const [name, refs] of grouped(wanted, ({ kind }) => kind)) {
      const kind = this.kinds[name];
      if (kind) {
        found.push(...refs.length > LISTED ? await listed(kind, refs) : await read(kind, refs));
      }
    }
    return found;
  }
}

async function read(kind: Kind, refs: readonly ControllerRef[]): Promise<ControllerView[]> {
  const found: ControllerView[] = [];
  for (const { namespace, name, uid } of refs) {
    const controller = await unlessAbsent(() => kind.read({ namespace, name }));
    // One of the same name that was made anew owes nothing.
    if (controller?.metadata?.uid === uid) {
      found.push(view(controller));
    }
  }
  return found;
}

async function listed(kind: Kind, refs: readonly ControllerRef[]): Promise<ControllerView[]> {
  const uids = new Set(refs.map(({ uid }) => uid));
  const all = await every((_continue): Promise<Page<AsSent<Controller>>> => asSent<Controller>(options => kind.list(_continue, options)));
  return all.filter(({ metadata }) => uids.has(metadata?.uid ?? '')).map(view);
}

function view({ metadata, spec }: Controller): ControllerView {
  const owner = metadata!.ownerReferences?.find(one => one.controller);
  return { uid: metadata!.uid!, wanted: spec?.replicas ?? 1, ...owner && { owner: { kind: owner.kind, name: owner.name, uid: owner.uid } } };
}
